import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { configJsonSchema } from '../../../scripts/lab/config-schema.ts';

// Refresh the file with: npx vitest run test/unit/lab/config-schema.test.ts --update
test('lab.schema.json is fresh', async () => {
  const text = await format(JSON.stringify(configJsonSchema()), {
    parser: 'json',
    printWidth: 100,
  });
  await expect(text).toMatchFileSnapshot(join(projectRoot, 'lab.schema.json'));
});

test('lab.yaml names the schema in its first line', async () => {
  const text = await readFile(join(projectRoot, 'lab.yaml'), 'utf8');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./lab.schema.json');
});

test('every key of the schema is described', () => {
  const undescribed: string[] = [];
  const visit = (schema: Record<string, unknown>, path: string): void => {
    const keys = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
    for (const [key, child] of Object.entries(keys)) {
      if (child.description === undefined) undescribed.push(`${path}${key}`);
      visit(child, `${path}${key}.`);
    }
  };
  visit(configJsonSchema(), '');
  expect(undescribed).toEqual([]);
});
