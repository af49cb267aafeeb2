import { exitCode } from '../../base/errors.ts';
import { cniStatus, type CniStatus, type NodeCni } from '../../cluster/cni/status.ts';
import type { AgentReport } from '../../cluster/cni/plugin.ts';
import type { CommandContext } from '../context.ts';
import { withRunning } from '../running.ts';
import { json, paint, say, table } from '../print.ts';

function nodeRow(
  { node, problem, agent, file, network, plugins = [] }: NodeCni,
  unknown: boolean,
): string[] {
  if (problem !== undefined) return [node, paint('red', problem)];
  const absent = unknown ? 'unknown' : 'none';
  const state = agent ? paint(agent.ready ? 'green' : 'red', agent.state) : absent;
  const uses = network === undefined ? '' : `${network}: ${plugins.join(', ')}`;
  return [node, state, file ?? 'none', uses];
}

/** As in "peers 2 of 2 connected, range 10.32.0.0/12". */
export function reportText(report: AgentReport): string {
  return Object.entries(report)
    .map(([title, text]) => `${title} ${text}`)
    .join(', ');
}

/** Whether what is asked for is there, and works on every node. */
export function cniHealthy({ installed, configured, nodes }: CniStatus): boolean {
  if (installed === undefined || installed.length > 1) return false;
  if (installed.length === 0) return configured === 'none';
  return nodes.every(({ agent, file }) => agent?.ready === true && file !== undefined);
}

export function cniStatusText(status: CniStatus): string {
  const { configured, installed, problem, nodes } = status;
  const names = installed?.join(', ') || 'none';
  const wish =
    installed?.includes(configured) || names === configured ? '' : '   (not as configured)';
  const lines = [
    `configured  ${configured}`,
    `installed   ${installed ? `${names}${wish}` : `unknown: ${problem}`}`,
    '',
    table(
      ['NODE', 'AGENT', 'CONFIG IN USE', 'NETWORK'],
      nodes.map((one) => nodeRow(one, installed === undefined)),
    ),
  ];
  for (const { node, unused = [] } of nodes) {
    if (unused.length > 0)
      lines.push(`${node}: not used, since it is not the first: ${unused.join(', ')}`);
  }
  for (const { node, report } of nodes) {
    if (report) lines.push(`${node}: ${reportText(report)}`);
  }
  const left = nodes.flatMap(({ node, leftovers = [] }) =>
    leftovers.map(({ cni, traces }) => `  ${node}: ${traces.join(', ')}   (${cni})`),
  );
  if (left.length > 0) lines.push('', 'Left of networks that are not installed:', ...left);
  if (left.length > 0) lines.push('lab cni remove   takes it away');
  else if (installed?.length === 0) lines.push('', 'lab cni install   installs one');
  return lines.join('\n');
}

/** `lab cni status`; exit code 1 when the pod network that is configured or installed does not work. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  return withRunning(await context.loadConfig(), async ({ cluster, provider }) => {
    const states = [...(await provider.states())];
    const running = states.filter(([, state]) => state === 'running').map(([name]) => name);
    const status = await cniStatus(cluster, new Set(running));
    if (context.json) json(status);
    else say(cniStatusText(status));
    return cniHealthy(status) ? exitCode.ok : exitCode.failed;
  });
}
