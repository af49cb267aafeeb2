import { describe, expect, it } from 'vitest';
import { judgeSystem, type SystemFacts } from '../../../../scripts/lab/doctor/system.ts';
import { bad, find, hybrid, ubuntu } from './hosts.ts';

describe('system', () => {
  it('has nothing to say about a usual Ubuntu', () => {
    expect(bad(judgeSystem(ubuntu))).toEqual({});
  });

  it('warns of hybrid control groups', () => {
    const checks = judgeSystem(hybrid);
    expect(bad(checks)).toEqual({ cgroup: 'warn' });
    expect(find(checks, 'cgroup').found).toContain('hybrid');
  });

  it.each<[string, Partial<SystemFacts>, Record<string, string>]>([
    ['no root', { uid: 1000, sudo: true }, { root: 'fail' }],
    ['Fedora', { apt: false }, { os: 'warn' }],
    ['macOS', { platform: 'darwin', arch: 'arm64' }, { os: 'fail' }],
    ['a 32-bit machine', { arch: 'arm' }, { os: 'fail' }],
    ['a kernel just too old', { kernel: '4.18.0-553.el8' }, { kernel: 'fail' }],
    ['a kernel just new enough', { kernel: '4.19.0-27-amd64' }, {}],
    ['an old Node', { node: 'v20.19.5' }, { node: 'fail' }],
    ['a new Node', { node: 'v24.0.0' }, {}],
    [
      'no memory controller',
      { controllers: ['cpu', 'cpuset', 'pids'] },
      { 'cgroup-controllers': 'fail' },
    ],
  ])('%s', (_, change, expected) => {
    expect(bad(judgeSystem({ ...ubuntu, ...change }))).toEqual(expected);
  });

  it('tells how to become root, with the PATH that has Node', () => {
    const { fix } = find(judgeSystem({ ...ubuntu, uid: 1000, sudo: true }), 'root');
    expect(fix).toEqual(['sudo env "PATH=$PATH" npx lab up']);
  });
});
