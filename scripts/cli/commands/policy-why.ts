import { exitCode, usageError } from '../../base/errors.ts';
import { addressProblem } from '../../base/cidr.ts';
import { suggest } from '../../base/suggest.ts';
import { liveWorld, paperWorld, readManifests } from '../../lab/policy-world.ts';
import type { Packet } from '../../labnet/policy/judge.ts';
import { nameOf, type Protocol, type World } from '../../labnet/policy/model.ts';
import { verdictText } from '../../labnet/policy/verdict-text.ts';
import { explainVerdict } from '../../labnet/policy/verdict.ts';
import type { CommandContext } from '../context.ts';
import { withRunning } from '../running.ts';
import { json, say } from '../print.ts';

interface Options {
  port?: string;
  protocol?: string;
  namespace?: string;
  manifests?: string;
}

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

function protocolOf(text: string): Protocol {
  const found = protocols.find((one) => one === text.toUpperCase());
  if (found) return found;
  throw usageError('bad-protocol', `there is no protocol "${text}"`, {
    why: suggest(text.toUpperCase(), protocols),
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw usageError('bad-port', `"${text}" is no port`, { why: 'a port is a number, 1 to 65535' });
}

/** The full name of a pod, or the address. */
function endOf(world: World, text: string, namespace: string): string {
  if (!text.includes('/') && addressProblem(text) === undefined) return text;
  const wanted = text.includes('/') ? text : `${namespace}/${text}`;
  const names = world.pods.map(nameOf);
  if (names.includes(wanted)) return wanted;
  throw usageError('no-pod', `there is no pod ${wanted}`, {
    why: suggest(wanted, names),
    hint: 'a pod is NAME or NAMESPACE/NAME; an address is written as 10.244.1.5',
  });
}

async function worldOf({ manifests }: Options, context: CommandContext): Promise<World> {
  if (manifests !== undefined) return paperWorld(await readManifests(manifests.split(',')));
  return withRunning(await context.loadConfig(), ({ cluster }) => liveWorld(cluster));
}

/** `lab policy why FROM TO`; exit code 0 for allowed, 1 for denied. */
export async function run(
  [from = '', to = '']: readonly string[],
  options: Options,
  context: CommandContext,
): Promise<number> {
  const { namespace = 'default', port = '80', protocol = 'tcp' } = options;
  const asked = { protocol: protocolOf(protocol), port: portOf(port) };
  const world = await worldOf(options, context);
  const packet: Packet = {
    from: endOf(world, from, namespace),
    to: endOf(world, to, namespace),
    ...asked,
  };
  const verdict = explainVerdict(world, packet);
  if (context.json) json({ ...packet, ...verdict });
  else say(verdictText(packet, verdict));
  return verdict.allowed ? exitCode.ok : exitCode.failed;
}
