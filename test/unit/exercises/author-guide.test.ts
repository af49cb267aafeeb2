import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import prettier from 'prettier';
import { expect, it } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { validateExercises } from '../../../scripts/exercises/validate.ts';

/** The code blocks of docs/author.md, in its order. */
const files = [
  ...['exercise.yaml', 'task.md', 'setup.sh', 'solution.sh'],
  ...['wrong/on-the-network-of-the-node.sh', 'debrief.md'],
];

it('tells an exercise that is valid and formatted as it stands there', async () => {
  const guide = await readFile(join(projectRoot, 'docs', 'author.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, text = '']) => text);
  expect(blocks).toHaveLength(files.length);
  const root = await mkdtemp(join(tmpdir(), 'lab-author-'));
  try {
    const folder = join(root, 'cni', 'cni-42');
    await mkdir(join(folder, 'wrong'), { recursive: true });
    const write = (name: string, text: string): Promise<void> =>
      writeFile(join(folder, name), text);
    await Promise.all(files.map((name, i) => write(name, blocks[i] ?? '')));
    // "The same with another last line."
    const solution = blocks[files.indexOf('solution.sh')] ?? '';
    await write(
      'wrong/size-of-the-nic.sh',
      solution.replace(/^echo .*$/m, "echo 'answer mtu 1500'"),
    );
    expect(await validateExercises(root)).toEqual([{ id: 'cni-42', problems: [] }]);
    const options = await prettier.resolveConfig(join(projectRoot, 'labs', 'exercise.yaml'));
    const yaml = blocks[0] ?? '';
    expect(await prettier.format(yaml, { ...options, parser: 'yaml' })).toBe(yaml);
  } finally {
    await rm(root, { recursive: true });
  }
});
