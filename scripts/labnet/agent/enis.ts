import type { AgentState, AttachmentState } from './state.ts';
import { eniId, eniLink, eniTable } from '../vpc/names.ts';
import { cooldown, maxPods, perEni, type Eni } from '../vpc/pool.ts';

function time(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString();
}

/**
 * The pool as AWS's agent shows it at /v1/enis, in its words where it has them: for each ENI its addresses, and for
 * each address the pod. Beside them the link and the table, which AWS leaves to the reader.
 */
export function enisPage(state: AgentState): unknown {
  const { facts, pool, attachments } = state;
  if (facts?.mode !== 'vpc' || !pool) return {};
  const users = new Map(Object.values(attachments).map((one) => [one.wiring.address, one]));
  const user = (one: AttachmentState | undefined): object => ({
    IPAMKey: {
      networkName: one ? 'labnet' : '',
      containerID: one?.containerId ?? '',
      ifName: one?.ifName ?? '',
    },
    IPAMMetadata: one?.pod ? { k8sPodNamespace: one.pod.namespace, k8sPodName: one.pod.name } : {},
  });
  const page = ({ device, primary, addresses, since }: Eni): [string, object] => [
    eniId(facts.range, device),
    {
      ID: eniId(facts.range, device),
      IsPrimary: device === 0,
      DeviceNumber: device,
      Link: device === 0 ? facts.uplink.link : eniLink(device),
      RouteTable: eniTable(device),
      PrimaryIPv4Address: primary,
      AttachedTime: time(since),
      AssignedIPv4Addresses: addresses.filter((one) => users.has(one)).length,
      IPv4Addresses: Object.fromEntries(
        addresses.map((one) => [
          one,
          { Address: one, ...user(users.get(one)), UnassignedTime: time(pool.freed[one]) },
        ]),
      ),
    },
  ];
  const all = pool.enis.flatMap(({ addresses }) => addresses);
  const { warmEni, warmIp, minimumIp, enis } = facts.vpc;
  return {
    TotalIPs: all.length,
    AssignedIPs: all.filter((one) => users.has(one)).length,
    MaxENI: enis,
    MaxIPsPerENI: perEni(facts.vpc),
    RecommendedMaxPods: maxPods(facts.vpc),
    Targets: { WARM_ENI_TARGET: warmEni, WARM_IP_TARGET: warmIp, MINIMUM_IP_TARGET: minimumIp },
    CooldownSeconds: cooldown / 1000,
    ...(pool.problem === undefined ? {} : { Problem: pool.problem }),
    ENIs: Object.fromEntries(pool.enis.map(page)),
  };
}
