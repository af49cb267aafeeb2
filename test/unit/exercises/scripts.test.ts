import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exerciseFunctions, exportedFunctions } from '../../../scripts/exercises/functions.ts';
import { patientText } from '../../../scripts/exercises/scripts.ts';

it('gives the waits of a script more time on slow nodes, and changes nothing else', () => {
  const text = 'kubectl wait --for=create pod/a --timeout=30s; timeout 5 ping; echo --timeout=x';
  expect(patientText(text, 1)).toBe(text);
  expect(patientText(text, 10)).toBe(text.replace('30s', '300s'));
});

it('hands on the functions of a file, and nothing between them', () => {
  const text = `# one() { no; }
one() { echo "{ $1 }"; }
two=2
two() {
  if [ "$1" ]; then cat <<<'}'; fi
}
three() {
  one
}
`;
  expect(exportedFunctions(text)).toEqual({
    'BASH_FUNC_one%%': '() { echo "{ $1 }"; }',
    'BASH_FUNC_two%%': `() {\n  if [ "$1" ]; then cat <<<'}'; fi\n}`,
    'BASH_FUNC_three%%': '() {\n  one\n}',
  });
});

it('empties a namespace that is Terminating before it lets it go, and passes over one that is not there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-kubectl-'));
  const kubectl = `#!/bin/bash
    case "$*" in
    api-resources*) printf 'pods\\nservices\\n' ;;
    'get namespace none '*) exit 1 ;;
    *) echo "$*" ;;
    esac`;
  try {
    writeFileSync(join(folder, 'kubectl'), kubectl, { mode: 0o755 });
    const calls = execFileSync('bash', ['-c', 'set -eu; delete_namespace none shop'], {
      env: {
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
        ...(await exerciseFunctions()),
      },
      encoding: 'utf8',
    });
    expect(calls.trim().split('\n')).toEqual([
      'delete namespace none shop --ignore-not-found --wait=false',
      '--namespace shop delete pods,services --all --ignore-not-found --timeout=60s',
      'wait --for=delete --timeout=60s namespace/none namespace/shop',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
