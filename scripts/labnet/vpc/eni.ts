import { nthAddress } from '../../base/cidr.ts';
import { routeProtocol } from '../config.ts';
import type { NodeFacts, Peer } from '../node/facts.ts';
import { hasAddress, isUp, linkNamed, type SeenRoute } from '../plan/seen.ts';
import type { Plan, Step } from '../plan/step.ts';
import { macOf } from '../pod/names.ts';
import { eniLink, eniTable } from './names.ts';
import type { Eni } from './pool.ts';

function ip(...words: string[]): Step['command'] {
  return { tool: 'ip', words };
}

/** A route in an ENI's own table; it goes with the ENI's link. */
function tableRoute(
  eni: Eni,
  { id, why, words, is }: { id: string; why: string; words: string[]; is: Partial<SeenRoute> },
): Step {
  const [link, table] = [eniLink(eni.device), eniTable(eni.device)];
  return {
    id,
    why,
    command: ip('route', 'replace', ...words, 'table', table),
    verify: {
      show: `ip route show table ${table}`,
      problem: ({ node }) =>
        node.otherRoutes.some(
          (route) =>
            route.table === table &&
            route.dev === link &&
            route.dst === is.dst &&
            route.gateway === is.gateway,
        )
          ? undefined
          : `table ${table} has no route ${words.join(' ')}`,
    },
  };
}

/**
 * A secondary ENI: a macvlan on the node's NIC is an interface of its own, with its own MAC, in the same network, and
 * needs nothing but that NIC. A veth pair would want a router at its far end, which traceroute would show.
 */
export function eniPlan({ uplink }: NodeFacts, eni: Eni): Plan {
  if (eni.device === 0) return [];
  const link = eniLink(eni.device);
  const address = `${eni.primary}/32`;
  const router = nthAddress(uplink.network, 1);
  const show = `ip -details address show ${link}`;
  return [
    {
      id: `eni${eni.device}`,
      why: `Attaches ENI ${eni.device}: a further network card in the nodes' network, here a macvlan on ${uplink.link}, with a MAC of its own.`,
      command: ip(
        ...['link', 'add', link, 'link', uplink.link, 'address', macOf(eni.primary)],
        ...['type', 'macvlan', 'mode', 'bridge'],
      ),
      undo: ip('link', 'delete', link),
      verify: {
        show,
        problem: ({ node }) => (linkNamed(node, link) ? undefined : `${link} is gone`),
      },
    },
    {
      id: `eni${eni.device}-address`,
      why: `Its own (primary) address. The others that it holds are for pods and are never written on it. With /32, so that the main table gets no route by it.`,
      command: ip('address', 'replace', address, 'dev', link),
      verify: {
        show,
        problem: ({ node }) =>
          hasAddress(linkNamed(node, link), address) ? undefined : `${link} lacks ${address}`,
      },
    },
    {
      id: `eni${eni.device}-up`,
      why: 'Switches it on.',
      command: ip('link', 'set', link, 'up'),
      verify: {
        show,
        problem: ({ node }) => (isUp(linkNamed(node, link)) ? undefined : `${link} is down`),
      },
    },
    tableRoute(eni, {
      id: `eni${eni.device}-router`,
      why: `The first address of the nodes' network is the VPC's router. This says that it is reached by this ENI without another router.`,
      words: [router, 'dev', link, 'scope', 'link'],
      is: { dst: router },
    }),
    tableRoute(eni, {
      id: `eni${eni.device}-default`,
      why: `What comes from a pod of this ENI has to leave by it: the VPC takes from an ENI only what has one of its addresses.`,
      words: ['default', 'via', router, 'dev', link],
      is: { dst: 'default', gateway: router },
    }),
  ];
}

/**
 * The way from an ENI to another node's pods. In a VPC the router knows which ENI has which address; nobody plays it
 * here, so each table has that knowledge itself.
 */
export function eniPeerStep(eni: Eni, peer: Peer): Step {
  const link = eniLink(eni.device);
  const table = eniTable(eni.device);
  const words = [peer.range, 'via', peer.address, 'dev', link, 'onlink', 'proto', routeProtocol];
  const step = tableRoute(eni, {
    id: `route-eni${eni.device}-${peer.name}`,
    why: `The pods of ${peer.name} are in ${peer.range}. A VPC's router would know; here ENI ${eni.device} sends to ${peer.address} itself.`,
    words,
    is: { dst: peer.range, gateway: peer.address },
  });
  const undo = ip('route', 'delete', peer.range, 'proto', routeProtocol, 'table', table);
  return { ...step, undo };
}
