import { describe, expect, it } from 'vitest';
import { apiByKubectl } from '../../../scripts/cluster/api-by-kubectl.ts';
import type { Engine } from '../../../scripts/nodes/engine.ts';
import { engineNode } from '../../../scripts/nodes/engine-node.ts';
import type { ExecResult } from '../../../scripts/nodes/node.ts';

interface Asked {
  argv: readonly string[];
  stdin?: string | undefined;
}

function fake(result: Partial<ExecResult>): { engine: Engine; asked: Asked[] } {
  const asked: Asked[] = [];
  const run: Engine['run'] = (argv, options) => {
    asked.push({ argv, stdin: options?.stdin });
    return Promise.resolve({ stdout: '', stderr: '', exitCode: 0, ...result });
  };
  return { engine: { name: 'podman', version: '4', runtime: 'runc', run }, asked };
}

const master = { name: 'master', role: 'control-plane', address: '10.0.0.2' } as const;

describe('a node through its engine', () => {
  it('runs words as they are, and says what failed', async () => {
    const { engine, asked } = fake({ exitCode: 3, stderr: 'no such file' });
    const node = engineNode(engine, 'lab-standby-master', master);
    const failed = node.exec(['ls', 'a b; rm']);
    await expect(failed).rejects.toMatchObject({ code: 'command-failed', details: 'no such file' });
    expect(asked[0]?.argv).toEqual([
      'exec',
      '--user',
      'root',
      'lab-standby-master',
      'ls',
      'a b; rm',
    ]);
    await expect(node.exec(['ls'], { allowFailure: true })).resolves.toMatchObject({ exitCode: 3 });
  });
});

describe('the API by kubectl', () => {
  const api = (result: Partial<ExecResult>): [ReturnType<typeof apiByKubectl>, Asked[]] => {
    const { engine, asked } = fake(result);
    return [apiByKubectl(engineNode(engine, 'm', master)), asked];
  };

  it('asks with the words of kubectl', async () => {
    const [get, asked] = api({ stdout: '{}' });
    expect(await get.ask('/api/v1/nodes')).toEqual({ status: 200, text: '{}' });
    await get.ask('/api/v1/pods', { method: 'POST', body: { kind: 'Pod' } });
    const [first, second] = asked.map(({ argv }) => argv.slice(-4).join(' '));
    expect(first).toContain('get --raw /api/v1/nodes');
    expect(second).toBe('--raw /api/v1/pods --filename -');
    expect(asked[1]?.stdin).toBe('{"kind":"Pod"}');
  });

  it.each([
    ['Error from server (NotFound): pods "x" not found', 404],
    ['Error from server (AlreadyExists): pods "x" already exists', 409],
    ['The connection to the server was refused', 503],
  ])('"%s" is status %i', async (stderr, status) => {
    const [failing] = api({ exitCode: 1, stderr });
    expect((await failing.ask('/api/v1/pods/x')).status).toBe(status);
  });
});
