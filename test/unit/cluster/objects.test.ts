import { describe, expect, it } from 'vitest';
import { parseManifest, printManifest } from '../../../scripts/cluster/objects.ts';

const two = `# a remark before the first
apiVersion: v1
kind: Namespace
metadata:
  name: a
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
data:
  text: |
    line 1
    line 2
`;

describe('a manifest', () => {
  it('is its objects, whatever stands between them', () => {
    const objects = parseManifest(`---\n${two}---\n# nothing here\n---\n`);
    expect(objects.map(({ kind }) => kind)).toEqual(['Namespace', 'ConfigMap']);
    expect(objects[1]?.['data']).toEqual({ text: 'line 1\nline 2\n' });
  });

  it('survives printing and reading', () => {
    const objects = parseManifest(two);
    expect(parseManifest(printManifest(objects))).toEqual(objects);
  });

  it('is written for people: no line is broken, nothing is an alias', () => {
    const long = `${'word '.repeat(40)}end`;
    const shared = { name: 'x' };
    expect(printManifest([{ long, first: shared, second: shared }])).toBe(
      `long: ${long}\nfirst:\n  name: x\nsecond:\n  name: x\n`,
    );
  });
});
