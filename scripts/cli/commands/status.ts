import { openEnvironment } from '../../lab/environment.ts';
import { labStatus, type LabStatus, type NodeStatus } from '../../lab/status.ts';
import type { CommandContext } from '../context.ts';
import { reportText } from './cni-status.ts';
import { json, paint, say, table } from '../print.ts';

function readiness({ state, joined, ready, reason }: NodeStatus, answers: boolean): string {
  if (state !== 'running') return paint('red', 'down');
  if (!answers) return paint('yellow', 'unknown');
  if (!joined) return paint('yellow', 'not joined');
  if (ready) return paint('green', 'Ready');
  return paint('red', `NotReady${reason === undefined ? '' : `: ${reason}`}`);
}

function nodeRow(node: NodeStatus, answers: boolean): string[] {
  const { name, role, address, state, kubelet = '', runtime = '' } = node;
  return [name, role, address, state, kubelet, runtime, readiness(node, answers)];
}

/** A lab that was asked to have no pod network is complete, though nothing on it is Ready. */
function completeText({ cni }: LabStatus): string {
  if (cni.installed.length > 0 || cni.configured !== 'none') return 'Nothing is missing.';
  return 'As asked for, there is no pod network, so nodes stay NotReady. Install one: lab cni install flannel';
}

export function statusText(status: LabStatus): string {
  const { name, up, nodes, api, cni, dns, kubeconfig, shared, missing, provider, engine } = status;
  const bare = status.sandboxes.map((one) => `${one.name} (${one.state})`).join(', ');
  if (!up) {
    const line = `${name} is not up.   next: ${missing[0]?.next ?? 'lab up'}`;
    return bare === '' ? line : `${line}\nsandboxes: ${bare}`;
  }
  const installed = cni.installed.map(
    ({ name: one, agents, report }) =>
      `${one} (${agents.ready} of ${agents.wanted} agents ready${report ? `; ${reportText(report)}` : ''})`,
  );
  const unknown = api.answers ? 'none' : 'unknown';
  const facts: [string, string][] = [
    ['lab', `${name}, ${provider} on ${engine.name} ${engine.version}, network ${status.network}`],
    ['API server', api.answers ? 'answers' : paint('red', `does not answer: ${api.problem}`)],
    ['pod network', `${installed.join(', ') || unknown}; configured: ${cni.configured}`],
    ['CoreDNS', dns ? `${dns.ready} of ${dns.wanted} ready` : unknown],
    ['kubeconfig', kubeconfig ?? 'none'],
    ['/vagrant', shared],
    ...(bare === '' ? [] : ([['sandboxes', bare]] as [string, string][])),
  ];
  const width = Math.max(...facts.map(([title]) => title.length));
  const head = ['NODE', 'ROLE', 'ADDRESS', 'STATE', 'KUBELET', 'RUNTIME', 'READY'];
  const lines = [
    table(
      head,
      nodes.map((node) => nodeRow(node, api.answers)),
    ),
    '',
    ...facts.map(([title, text]) => `${title.padEnd(width)}  ${text}`),
    '',
  ];
  if (missing.length === 0) return [...lines, paint('green', completeText(status))].join('\n');
  const rows = missing.map(({ what, next }) => [`  ${what}`, paint('bold', next)]);
  return [...lines, table(['MISSING', 'NEXT'], rows)].join('\n');
}

/** `lab status`. Exit code 0 also when the lab is not up: that is an answer, too; scripts read `up` and `complete`. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const environment = await openEnvironment(await context.loadConfig());
  try {
    const status = await labStatus(environment);
    if (context.json) json(status);
    else say(statusText(status));
  } finally {
    environment.close();
  }
}
