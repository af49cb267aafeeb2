import { exitCode, usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { readName, type Named } from '../../lab/name.ts';
import { requireNamed } from '../../lab/named.ts';
import { packetsBehind, type Asked } from '../../lab/policy/service.ts';
import { liveObjects, paperObjects, readManifests, type Objects } from '../../lab/policy/world.ts';
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
function endOf(world: World, named: Named): string {
  if (named.kind === 'address') return named.address;
  if (named.kind === 'service') {
    throw usageError('bad-end', 'a Service sends no packets: its pods do', {
      hint: 'FROM is a pod or an address',
    });
  }
  const pods = world.pods.map((metadata) => ({ metadata }));
  return nameOf(
    requireNamed('pod', named, pods, { elsewhere: (n) => `${n}/${named.name}` }).metadata,
  );
}

/** One packet; or one for each pod behind a Service. */
function packetsTo(to: Named, { world, services }: Objects, asked: Asked): Omit<Packet, 'from'>[] {
  if (to.kind !== 'service') return [{ to: endOf(world, to), ...asked }];
  const elsewhere = (namespace: string): string => `svc/${namespace}/${to.name}`;
  return packetsBehind(requireNamed('service', to, services, { elsewhere }), world, asked);
}

async function objectsOf({ manifests }: Options, context: CommandContext): Promise<Objects> {
  if (manifests !== undefined) return paperObjects(await readManifests(manifests.split(',')));
  return withRunning(await context.loadConfig(), ({ cluster }) => liveObjects(cluster));
}

/** `lab policy why FROM TO`; exit code 0 for allowed, 1 for denied, by one of the pods behind a Service, too. */
export async function run(
  [source = '', destination = '']: readonly string[],
  options: Options,
  context: CommandContext,
): Promise<number> {
  const { namespace = 'default', port = '80', protocol = 'tcp' } = options;
  const asked = { protocol: protocolOf(protocol), port: portOf(port) };
  const to = readName(destination, namespace);
  const objects = await objectsOf(options, context);
  const from = endOf(objects.world, readName(source, namespace));
  const answers = packetsTo(to, objects, asked).map((packet) => {
    const whole = { from, ...packet };
    return { packet: whole, verdict: explainVerdict(objects.world, whole) };
  });
  const verdicts = answers.map(({ packet, verdict }) => ({ ...packet, ...verdict }));
  if (context.json) json(to.kind === 'service' ? { service: nameOf(to), verdicts } : verdicts[0]);
  else say(answers.map(({ packet, verdict }) => verdictText(packet, verdict)).join('\n\n'));
  return verdicts.every(({ allowed }) => allowed) ? exitCode.ok : exitCode.failed;
}
