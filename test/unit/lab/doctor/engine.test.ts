import { describe, expect, it } from 'vitest';
import { judgeEngine, type EngineFacts } from '../../../../scripts/lab/doctor/engine.ts';
import { packagesIn } from '../../../../scripts/lab/doctor/packages.ts';
import { bad, find } from './hosts.ts';

describe('engine', () => {
  const podman: EngineFacts = {
    wanted: 'auto',
    podman: { installed: true, version: '4.9.3' },
    docker: { installed: false },
    cgroup: 'v2',
    runtimes: ['crun'],
  };
  const none: EngineFacts = { ...podman, podman: { installed: false }, runtimes: [] };
  const deaf = {
    installed: true,
    reason: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\nIs it running?',
  };

  it.each<[string, EngineFacts, Record<string, string>, string[]]>([
    ['podman with crun on cgroup v2', podman, {}, []],
    ['no engine at all', none, { engine: 'fail' }, ['podman', 'runc']],
    [
      'podman with crun on a hybrid host',
      { ...podman, cgroup: 'hybrid', podman: { installed: true, reason: 'no OCI runtime' } },
      { engine: 'fail', runtime: 'fail' },
      ['runc'],
    ],
    [
      'podman with runc on a hybrid host',
      { ...podman, cgroup: 'hybrid', runtimes: ['runc'] },
      {},
      [],
    ],
    [
      'podman 3',
      { ...podman, podman: { installed: true, version: '3.4.4' } },
      { engine: 'fail' },
      [],
    ],
    ['only docker', { ...none, docker: { installed: true, version: '27.5.1' } }, {}, []],
    ['only a silent docker', { ...none, docker: deaf }, { engine: 'fail' }, ['podman', 'runc']],
    ['podman beside a silent docker', { ...podman, docker: deaf }, {}, []],
    [
      'docker is wanted but silent',
      { ...podman, wanted: 'docker', docker: deaf },
      { engine: 'fail' },
      [],
    ],
    [
      'docker is wanted but missing',
      { ...podman, wanted: 'docker' },
      { engine: 'fail' },
      ['docker.io'],
    ],
  ])('%s', (_, facts, expected, packages) => {
    const checks = judgeEngine(facts);
    expect(bad(checks)).toEqual(expected);
    expect(packagesIn(checks)).toEqual(packages);
  });

  it('tells of a daemon that does not run apart from a missing engine', () => {
    const { found, why, fix } = find(
      judgeEngine({ ...none, wanted: 'docker', docker: deaf }),
      'engine',
    );
    expect(found).toBe(
      'docker is installed but does not answer (Cannot connect to the Docker daemon at unix:///var/run/docker.sock.)',
    );
    expect(why).toContain('its daemon');
    expect(fix[0]).toBe('systemctl start docker');
  });

  it('offers both ways where docker is silent and podman missing', () => {
    const { fix } = find(judgeEngine({ ...none, docker: deaf }), 'engine');
    expect(fix[0]).toBe('apt-get install -y --no-install-recommends podman runc');
    expect(fix).toContain('systemctl start docker');
  });

  it('says why crun is not enough', () => {
    const { found } = find(judgeEngine({ ...podman, cgroup: 'hybrid' }), 'runtime');
    expect(found).toBe('only crun, which refuses cgroup hybrid');
  });
});
