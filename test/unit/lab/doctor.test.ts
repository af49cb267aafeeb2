import { describe, expect, it } from 'vitest';
import { reportJson, reportText } from '../../../scripts/cli/commands/doctor.ts';
import { refuse } from '../../../scripts/lab/doctor.ts';
import { judgeEngine } from '../../../scripts/lab/doctor/engine.ts';
import { judgeRoom } from '../../../scripts/lab/doctor/room.ts';
import { judgeSystem } from '../../../scripts/lab/doctor/system.ts';
import { judgeTools } from '../../../scripts/lab/doctor/tools.ts';
import { hybrid, ubuntu } from './doctor/hosts.ts';

/** Any text with this in it. */
const containing = (text: string): string => expect.stringContaining(text) as string;

const gib = 2 ** 30;

describe('refuse', () => {
  const low = judgeRoom({ stage: 'cold', memory: 1.5 * gib, disks: [] });
  const noRoot = judgeSystem({ ...ubuntu, uid: 1000, sudo: true });

  it('lets warnings pass', () => {
    expect(() => refuse(judgeSystem(hybrid))).not.toThrow();
  });

  it('names what fails, with its figures and the doctor', () => {
    expect(() => refuse(low)).toThrow(
      expect.objectContaining({
        code: 'preflight',
        exit: 1,
        message: 'this machine cannot run the lab: free memory',
        details: containing('1.5 GiB available'),
        hint: containing('lab doctor'),
      }),
    );
  });

  it('names all at once; without root it is a mistake in use', () => {
    expect(() => refuse([...noRoot, ...low])).toThrow(
      expect.objectContaining({
        code: 'no-root',
        exit: 2,
        message: 'this machine cannot run the lab: root rights, free memory',
      }),
    );
  });
});

describe('report', () => {
  const groups = [
    { title: 'System', checks: judgeSystem({ ...hybrid, uid: 1000, sudo: true }).slice(0, 2) },
    {
      title: 'Engine',
      checks: judgeEngine({
        wanted: 'auto',
        podman: { installed: false },
        docker: { installed: false },
        cgroup: 'hybrid',
        runtimes: [],
      }),
    },
  ];

  it('is a list with reasons and fixes for what is not ok', () => {
    expect(reportText(groups)).toBe(`System
  FAIL  root rights       user 1000, who has sudo
        why  nodes are privileged containers with their own networks and file systems
        fix  sudo env "PATH=$PATH" npx lab up
  ok    operating system  Debian GNU/Linux 12 (bookworm) on x64

Engine
  FAIL  container engine  podman is not installed; docker is not installed
        why  every node is a container
        fix  apt-get install -y --no-install-recommends podman runc

This machine cannot run the lab yet: 2 must be fixed (FAIL). \`sudo lab doctor --fix\` applies what it can.`);
  });

  it('says so when all is well', () => {
    const text = reportText([{ title: 'System', checks: judgeSystem(ubuntu) }]);
    expect(text).toContain('This machine can run the lab: 6 ok.');
  });

  it('does not promise that --fix lifts what it cannot', () => {
    const text = reportText([{ title: 'System', checks: judgeSystem(hybrid) }]);
    expect(text).toMatch(/can run the lab: 5 ok, 1 with limits \(warn\)\.$/);
  });

  it('does not promise that --fix mends a failure when it only mends a warning', () => {
    const tools = judgeTools({ engine: 'podman', source: 'bundle', present: ['iproute2', 'tar'] });
    const withRoot = [{ title: 'Tools', checks: tools }];
    expect(reportText(withRoot)).toContain('--fix');
    expect(reportText([...withRoot, ...groups.slice(0, 1)])).not.toContain('doctor --fix');
  });

  it('is the same for scripts, without what only --fix needs', () => {
    expect(reportJson(groups)).toEqual({
      status: 'fail',
      checks: [
        expect.objectContaining({ id: 'root', group: 'System', status: 'fail' }),
        expect.objectContaining({ id: 'os', group: 'System', status: 'ok', fix: [] }),
        {
          id: 'engine',
          group: 'Engine',
          title: 'container engine',
          status: 'fail',
          found: 'podman is not installed; docker is not installed',
          why: 'every node is a container',
          fix: ['apt-get install -y --no-install-recommends podman runc'],
        },
      ],
    });
  });
});
