import { z } from 'zod';
import type { ExecResult } from '../../nodes/node.ts';
import type { Live } from '../live.ts';
import { some, type Outcome } from '../outcome.ts';
import { asNumber, nodeSelector, wholeNumber } from '../selectors.ts';

/** A process on nodes (pods' processes are seen there too). */
export const process = z
  .strictObject({
    kind: z.literal('process'),
    on: nodeSelector,
    command: z.string().describe('regular expression for the whole command line'),
    arguments: z.array(z.string()).optional().describe('regular expressions that must match too'),
    user: z.string().optional(),
    listens: z
      .strictObject({ port: wholeNumber, protocol: z.enum(['tcp', 'udp']).default('tcp') })
      .optional(),
    absent: z
      .strictObject({ while: z.string() })
      .optional()
      .describe('no such process, while one with this command line runs (the positive control)'),
  })
  .refine((p) => !(p.absent && (p.arguments || p.user || p.listens)), 'absent stands alone');

type Spec = z.infer<typeof process>;

interface Running {
  pid: string;
  user: string;
  command: string;
}

function readList({ stdout }: ExecResult): Running[] {
  return stdout.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    return found ? [{ pid: found[1] ?? '', user: found[2] ?? '', command: found[3] ?? '' }] : [];
  });
}

/** Process ids with a socket open on this port. */
function listeners({ stdout }: ExecResult, port: number): Set<string> {
  const lines = stdout
    .split('\n')
    .filter((line) => (line.split(/\s+/)[3] ?? '').endsWith(`:${port}`));
  return new Set(
    lines.flatMap((line) => [...line.matchAll(/pid=(\d+)/g)].map((pid) => pid[1] ?? '')),
  );
}

/** What is wrong on one node, given its processes and its listening sockets. */
function problemOf(
  spec: Spec,
  running: Running[],
  sockets: ExecResult | undefined,
): string | undefined {
  const pattern = new RegExp(spec.command);
  const found = running.filter(({ command }) => pattern.test(command));
  if (spec.absent) {
    const witness = new RegExp(spec.absent.while);
    const control = running.some(({ command }) => witness.test(command));
    if (!control) return `cannot tell, no process ${spec.absent.while} either`;
    return found[0] && `still runs: ${found[0].command.slice(0, 80)}`;
  }
  if (found.length === 0) return `no process whose command line fits ${spec.command}`;
  const fit = found
    .filter(({ command }) => (spec.arguments ?? []).every((one) => new RegExp(one).test(command)))
    .filter(({ user }) => spec.user === undefined || user === spec.user);
  if (fit.length === 0) return `${found[0]?.user ?? ''}: ${found[0]?.command.slice(0, 160) ?? ''}`;
  if (!spec.listens || !sockets) return undefined;
  const port = asNumber(spec.listens.port);
  const owners = listeners(sockets, port);
  if (fit.some(({ pid }) => owners.has(pid))) return undefined;
  return `it does not listen on ${spec.listens.protocol} port ${port}`;
}

function expectedWords(spec: Spec): string {
  if (spec.absent) return `no process ${spec.command}`;
  const { arguments: words = [], user, listens } = spec;
  const parts = [
    ...(words.length === 0 ? [] : [`with ${words.join(', ')}`]),
    ...(user === undefined ? [] : [`as ${user}`]),
    ...(listens ? [`listening on ${listens.protocol} port ${asNumber(listens.port)}`] : []),
  ];
  return [`process ${spec.command}`, ...parts].join(', ');
}

export async function runProcess(spec: Spec, live: Live): Promise<Outcome> {
  const nodes = live.nodes(spec.on);
  const list = ['ps', '-ww', '-eo', 'pid=,user:32=,args='];
  const sockets = ['ss', '-Hlnp', spec.listens?.protocol === 'udp' ? '-u' : '-t'];
  const wanted = spec.listens ? [list, sockets] : [list];
  const results = await live.run(nodes.flatMap((node) => wanted.map((argv) => ({ node, argv }))));
  const problems = nodes.flatMap(({ name }, i) => {
    const [processes, socketList] = results.slice(i * wanted.length) as [ExecResult, ExecResult];
    const problem = problemOf(spec, readList(processes), spec.listens && socketList);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
  const fine = `as expected on ${nodes.map(({ name }) => name).join(', ')}`;
  return {
    pass: nodes.length > 0 && problems.length === 0,
    actual: some(problems) || fine,
    expected: expectedWords(spec),
  };
}
