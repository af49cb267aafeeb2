import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { complete } from '../../../scripts/cli/completion.ts';
import { completionScripts } from '../../../scripts/cli/completion-scripts.ts';

let answer: string[];

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation((line: string) => answer.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function words(...typed: string[]): Promise<string[]> {
  answer = [];
  await complete(typed);
  return answer.filter((line) => !line.startsWith(':')).map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  test('of commands', async () => {
    expect(await words('st')).toEqual(['standby', 'start', 'status']);
    expect(await words('cni', '')).toEqual(['install', 'remove', 'status']);
  });

  test('of snapshots, none where there is none', async () => {
    expect(await words('snapshot', 'restore', '')).toEqual([]);
  });

  test('of options and their values', async () => {
    expect(await words('up', '--wo')).toEqual(['--workers']);
    expect(await words('status', '--js')).toEqual(['--json']);
    expect(await words('up', '--engine', 'po')).toEqual(['podman']);
  });

  test('of names', async () => {
    expect(await words('ssh', 'node')).toEqual(['node1', 'node2']);
    expect(await words('cni', 'install', 'fl')).toEqual(['flannel']);
    expect(await words('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('of exercises, beside the sub-commands', async () => {
    const found = await words('exercise', '');
    expect(found).toContain('check');
  });

  test.each(
    Object.keys(completionScripts).filter((shell) => spawnSync(shell, ['-c', ':']).status === 0),
  )('script is good %s', (shell) => {
    const { status, stderr } = spawnSync(shell, ['-n'], {
      input: completionScripts[shell],
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('in bash offers words and never runs what was typed', () => {
    const script = `
      lab() { printf '%s\\n' "node1\tabout" "$#" :4; }
      ${completionScripts.bash}
      COMP_WORDS=(lab ssh '$(exit 9)'); COMP_CWORD=2; _lab; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-eu', '-c', script], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'node1 4\n', stderr: '' });
  });
});
