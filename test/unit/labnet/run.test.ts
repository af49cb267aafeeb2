import { describe, expect, it } from 'vitest';
import { CniError } from '../../../scripts/labnet/cni/error.ts';
import type { Ended, Exec } from '../../../scripts/labnet/plan/exec.ts';
import { groupsOf, run } from '../../../scripts/labnet/plan/run.ts';
import { hostPortPlan } from '../../../scripts/labnet/node/nat.ts';
import { bridgedPlan, type BridgedPod } from '../../../scripts/labnet/pod/bridged.ts';
import { routedPlan, type RoutedPod } from '../../../scripts/labnet/pod/routed.ts';
import { commandText, type Plan } from '../../../scripts/labnet/plan/step.ts';

const pod: BridgedPod = {
  label: 'default/web',
  netns: 'cni-1',
  ifName: 'eth0',
  hostLink: 'lab0123456789a',
  bridge: 'labnet0',
  mtu: 1450,
  mac: '0a:58:0a:f4:01:05',
  hostMac: '0e:58:0a:f4:01:05',
  address: '10.244.1.5',
  prefix: 24,
  gateway: '10.244.1.1',
};

const routed: RoutedPod = {
  label: pod.label,
  netns: pod.netns,
  ifName: pod.ifName,
  hostLink: 'eni0123456789a',
  mtu: 1500,
  mac: pod.mac,
  hostMac: pod.hostMac,
  address: pod.address,
  device: 1,
  nodeAddress: '10.100.198.201',
};
const ports: Parameters<typeof hostPortPlan>[0] = [
  { hostPort: 80, containerPort: 80, protocol: 'tcp' },
];
const plan: Plan = [...bridgedPlan(pod), ...hostPortPlan(ports, pod.address)];
/** But for what is written into a file, which goes past the kernel of this test. */
const routedSteps = [...routedPlan(routed), ...hostPortPlan(ports, pod.address)].filter(
  ({ command }) => command.tool !== 'write',
);

const well: Ended = { code: 0, stdout: '', stderr: '' };

/** A kernel that refuses one step, and remembers every line that it was sent. */
function kernel(refused?: number): { exec: Exec; sent: string[]; undone: string[] } {
  const sent: string[] = [];
  const undone: string[] = [];
  let before = 0;
  const exec: Exec = (argv, stdin = '') => {
    const lines = argv[0] === 'nft' ? [stdin.trim()] : stdin.trim().split('\n');
    const text = (line: string): string => [...argv.slice(0, -2), line].join(' ');
    if (argv.includes('-force') || stdin.startsWith('delete')) {
      undone.push(...lines);
      return Promise.resolve(well);
    }
    if (refused !== undefined && refused < before + lines.length) {
      const at = refused - before;
      sent.push(...lines.slice(0, at).map(text));
      const stderr = `RTNETLINK answers: No\nCommand failed -:${at + 1}\n`;
      return Promise.resolve({ code: 1, stdout: '', stderr });
    }
    before += lines.length;
    sent.push(...lines.map(text));
    return Promise.resolve(well);
  };
  return { exec, sent, undone };
}

describe('a plan', () => {
  it('goes to the kernel in one process for each namespace', () => {
    expect(groupsOf(plan).map(({ tool, netns, steps }) => [tool, netns, steps.length])).toEqual([
      ['ip', undefined, 4],
      ['ip', 'cni-1', 4],
      ['nft', undefined, 1],
    ]);
  });

  it('says how long each process took', async () => {
    const { exec, sent } = kernel();
    const timings = await run(plan, exec);
    expect(timings.flatMap(({ steps }) => steps)).toEqual(plan.map(({ id }) => id));
    expect(sent).toHaveLength(plan.length);
    expect(sent[0]).toMatch(/^ip link add lab0123456789a .* peer name eth0 .* netns cni-1$/);
    expect(sent[4]).toBe('ip -n cni-1 link set lo up');
  });

  const failures = Object.entries({ bridged: plan, routed: routedSteps }).flatMap(([kind, steps]) =>
    steps.map(({ id }, i) => [kind, id, i, steps] as const),
  );

  it.each(failures)(
    'of a %s pod that fails at %s is undone as far as it was done, in reverse',
    async (_kind, id, index, steps) => {
      const { exec, undone } = kernel(index);
      const error: unknown = await run(steps, exec).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CniError);
      const { message, details, code } = error as CniError;
      // nft takes all or nothing and names no line.
      expect([code, message]).toEqual([102, `step ${id} failed: RTNETLINK answers: No`]);
      expect(details).toContain(commandText(steps[index]?.command ?? { tool: 'nft', text: '' }));
      const wanted = steps
        .slice(0, index)
        .flatMap(({ undo }) => (undo && 'words' in undo ? [undo.words.join(' ')] : []))
        .reverse();
      expect(undone).toEqual(wanted);
    },
  );

  it('tells what could not be undone', async () => {
    const exec: Exec = (argv, stdin = '') =>
      Promise.resolve(
        argv.includes('-force')
          ? { code: 1, stdout: '', stderr: 'busy' }
          : stdin.includes('lo up')
            ? { code: 1, stdout: '', stderr: 'no\nCommand failed -:1' }
            : well,
      );
    const error = (await run(plan, exec).catch((reason: unknown) => reason)) as CniError;
    expect(error.details).toMatch(/not undone: ip link delete lab0123456789a: busy/);
  });

  describe('with a step that runs beside others', () => {
    const rules: Plan = [
      {
        id: 'policies',
        before: 'pod-up',
        why: '',
        command: { tool: 'nft', text: 'add table inet labnet_policy' },
      },
    ];

    /** A kernel that takes its time for nft, and then refuses it or not. */
    function slow(code: number): { exec: Exec; said: string[] } {
      const said: string[] = [];
      const exec: Exec = async (argv, stdin = '') => {
        const name = [argv[0], argv.includes('-force') ? 'undo' : '', argv[2]].join(' ');
        said.push(`${name} begins`);
        const nft = argv[0] === 'nft' && stdin.includes('labnet_policy');
        if (nft) await new Promise((resolve) => setTimeout(resolve, 20));
        said.push(`${name} ends`);
        return nft ? { code, stdout: '', stderr: 'refused' } : well;
      };
      return { exec, said };
    }

    it('waits for it before the step that needs it', async () => {
      const { exec, said } = slow(0);
      const timings = await run([...rules, ...bridgedPlan(pod)], exec);
      expect(said).toEqual([
        ...['nft  - begins', 'ip  - begins', 'ip  - ends', 'nft  - ends'],
        ...['ip  cni-1 begins', 'ip  cni-1 ends'],
      ]);
      expect(timings.map(({ steps: [first] }) => first)).toEqual([
        ...['veth', 'policies', 'pod-loopback'],
      ]);
    });

    it('waits for it at the end when no step needs it', async () => {
      const { exec, said } = slow(0);
      await run(rules, exec);
      expect(said).toEqual(['nft  - begins', 'nft  - ends']);
    });

    it('undoes the others when it fails', async () => {
      const { exec, said } = slow(1);
      const error = run([...rules, ...bridgedPlan(pod)], exec);
      await expect(error).rejects.toThrow('step policies failed: refused');
      expect(said.slice(3)).toEqual([
        'nft  - ends',
        'ip undo -batch begins',
        'ip undo -batch ends',
      ]);
    });
  });

  it('explains every step, and shows how to see its effect', () => {
    for (const { id, why, command, verify } of [...plan, ...routedSteps]) {
      expect(why.length, id).toBeGreaterThan(30);
      expect(commandText(command), id).toMatch(/^(ip|bridge|nft) /);
      if (verify) expect(verify.show, id).toMatch(/^(ip|bridge|nft) /);
    }
  });
});
