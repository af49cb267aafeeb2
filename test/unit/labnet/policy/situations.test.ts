import { expect, test } from 'vitest';
import type { ApiPolicy } from '../../../../scripts/labnet/policy/api.ts';
import type { Packet } from '../../../../scripts/labnet/policy/judge.ts';
import type { Policy, Protocol } from '../../../../scripts/labnet/policy/model.ts';
import { explainVerdict } from '../../../../scripts/labnet/policy/verdict.ts';
import { verdictText } from '../../../../scripts/labnet/policy/verdict-text.ts';
import { testPod, testPolicy, testWorld } from '../../../support/policy-world.ts';

/** Prepared situations: what `lab policy why` must say of each, and which change it must offer. */
interface Situation {
  name: string;
  policies?: readonly Policy[];
  /** As in "ops/cron > shop/db TCP 5432". */
  packet: string;
  allowed: boolean;
  /** Lines of the answer, without the spaces before them. */
  says: readonly string[];
}

const pods = [
  testPod('shop/web', '10.244.1.2', {
    labels: { app: 'web', tier: 'front' },
    ports: [{ name: 'http', containerPort: 80, protocol: 'TCP' }],
  }),
  testPod('shop/db', '10.244.2.3', {
    labels: { app: 'db', tier: 'back' },
    ports: [{ name: 'pg', containerPort: 5432, protocol: 'TCP' }],
    node: 2,
  }),
  testPod('shop/dns', '10.244.2.4', { labels: { app: 'dns' }, node: 2 }),
  testPod('ops/cron', '10.244.1.4', { labels: { app: 'cron' } }),
  testPod('ops/web', '10.244.2.5', { labels: { app: 'web' }, node: 2 }),
  testPod('ops/agent', '192.168.0.2', { labels: { app: 'agent' }, node: 2, hostNetwork: true }),
];

type Rules = NonNullable<ApiPolicy['spec']['ingress']>;
type Peers = NonNullable<ApiPolicy['spec']['egress']>;
const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
const team = (name: string) => ({ namespaceSelector: { matchLabels: { team: name } } });
const into = (name: string, ingress: Rules): Policy =>
  testPolicy(`shop/${name}`, { ...app(name), ingress });
const outOf = (name: string, egress: Peers): Policy =>
  testPolicy(`shop/${name}`, { ...app(name), policyTypes: ['Egress'], egress });
const nothingIn = testPolicy('shop/nothing-in', {});
const nothingOut = testPolicy('shop/nothing-out', { policyTypes: ['Egress'] });

const webToDb = 'shop/web > shop/db TCP 5432';
const cronToDb = 'ops/cron > shop/db TCP 5432';
const noEgressRule = 'egress of shop/web: denied, no rule allows it';
const noIngressRule = 'ingress of shop/db: denied, no rule allows it';

const allowed: readonly Omit<Situation, 'allowed'>[] = [
  {
    name: 'no policy at all',
    packet: webToDb,
    says: [
      'egress of shop/web: allowed, no policy isolates it',
      'ingress of shop/db: allowed, no policy isolates it',
      'egress: create a policy that isolates egress of shop/web and does not allow this',
      'ingress: create a policy that isolates ingress of shop/db and does not allow this',
    ],
  },
  {
    name: 'a policy for another pod',
    policies: [into('dns', [])],
    packet: webToDb,
    says: ['ingress of shop/db: allowed, no policy isolates it'],
  },
  {
    name: 'a policy of another namespace',
    policies: [testPolicy('ops/closed', {})],
    packet: webToDb,
    says: ['ingress of shop/db: allowed, no policy isolates it'],
  },
  {
    name: 'isolated in the other direction only',
    policies: [outOf('db', [])],
    packet: webToDb,
    says: ['ingress of shop/db: allowed, no policy isolates it'],
  },
  {
    name: 'a rule without peers and ports means everybody',
    policies: [into('db', [{}])],
    packet: cronToDb,
    says: [
      'ingress of shop/db: allowed by shop/db ingress[0]',
      'ingress: remove shop/db ingress[0]',
    ],
  },
  {
    name: 'by the label of the pod',
    policies: [into('db', [{ from: [app('web')], ports: [{ port: 5432 }] }])],
    packet: webToDb,
    says: ['ingress of shop/db: allowed by shop/db ingress[0]'],
  },
  {
    name: 'by the label of the namespace',
    policies: [into('db', [{ from: [team('ops')] }])],
    packet: cronToDb,
    says: ['ingress of shop/db: allowed by shop/db ingress[0]'],
  },
  {
    name: 'by both labels at once',
    policies: [into('db', [{ from: [{ ...team('ops'), ...app('cron') }] }])],
    packet: cronToDb,
    says: ['ingress of shop/db: allowed by shop/db ingress[0]'],
  },
  {
    name: 'policies add up: the second allows what the first does not',
    policies: [nothingIn, into('db', [{ from: [app('web')] }])],
    packet: webToDb,
    says: [
      'isolated by shop/db, shop/nothing-in',
      'ingress of shop/db: allowed by shop/db ingress[0]',
    ],
  },
  {
    name: 'both ends isolated, and both allow it',
    policies: [
      outOf('web', [{ to: [app('db')] }]),
      into('db', [{ from: [app('web')], ports: [{ port: 5432 }] }]),
    ],
    packet: webToDb,
    says: [
      'egress of shop/web: allowed by shop/web egress[0]',
      'ingress of shop/db: allowed by shop/db ingress[0]',
      'egress: remove shop/web egress[0]',
      'ingress: remove shop/db ingress[0]',
    ],
  },
  {
    name: 'a port by its name',
    policies: [into('db', [{ ports: [{ port: 'pg' }] }])],
    packet: webToDb,
    says: ['ingress of shop/db: allowed by shop/db ingress[0]'],
  },
  {
    name: 'a range of ports, its last one',
    policies: [into('db', [{ ports: [{ port: 5000, endPort: 5432 }] }])],
    packet: webToDb,
    says: ['ingress of shop/db: allowed by shop/db ingress[0]'],
  },
  {
    name: 'a protocol without a port means all of its ports',
    policies: [into('dns', [{ ports: [{ protocol: 'UDP' }] }])],
    packet: 'shop/web > shop/dns UDP 53',
    says: ['ingress of shop/dns: allowed by shop/dns ingress[0]'],
  },
  {
    name: 'an address from outside, by its block',
    policies: [into('web', [{ from: [{ ipBlock: { cidr: '198.51.100.0/24' } }] }])],
    packet: '198.51.100.7 > shop/web TCP 80',
    says: [
      'egress of 198.51.100.7: allowed, no policy isolates it',
      'ingress of shop/web: allowed by shop/web ingress[0]',
    ],
  },
  {
    name: 'beside the exception of a block',
    policies: [
      outOf('web', [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.244.1.0/24'] } }] }]),
    ],
    packet: webToDb,
    says: ['egress of shop/web: allowed by shop/web egress[0]'],
  },
  {
    name: 'from the own node, whatever policies say',
    policies: [nothingIn],
    packet: '192.168.0.2 > shop/db TCP 5432',
    says: ['ingress of shop/db: allowed, traffic between a pod and its own node is always allowed'],
  },
  {
    name: 'a pod that calls itself, through a Service (hairpin)',
    policies: [nothingIn, nothingOut],
    packet: 'shop/web > shop/web TCP 80',
    says: ['ingress of shop/web: allowed, a pod always reaches itself'],
  },
  {
    name: 'a pod of the host network is not selected',
    policies: [testPolicy('ops/closed', { policyTypes: ['Ingress', 'Egress'] })],
    packet: 'ops/agent > shop/web TCP 80',
    says: ['egress of ops/agent: allowed, no policy isolates it'],
  },
];

const denied: readonly Omit<Situation, 'allowed'>[] = [
  {
    name: 'nothing may come in',
    policies: [nothingIn],
    packet: webToDb,
    says: [
      noIngressRule,
      'isolated by shop/nothing-in',
      'ingress: delete shop/nothing-in: no other policy isolates ingress here',
    ],
  },
  {
    name: 'nothing may go out',
    policies: [nothingOut],
    packet: webToDb,
    says: [
      noEgressRule,
      'isolated by shop/nothing-out',
      'ingress of shop/db: allowed, no policy isolates it',
      'egress: delete shop/nothing-out: no other policy isolates egress here',
    ],
  },
  {
    name: 'both ends refuse',
    policies: [nothingOut, into('db', [])],
    packet: webToDb,
    says: [noEgressRule, noIngressRule, 'To allow it, one change for each end:'],
  },
  {
    name: 'the far end allows it, the near end does not',
    policies: [nothingOut, into('db', [{ from: [app('web')] }])],
    packet: webToDb,
    says: [noEgressRule, 'ingress of shop/db: allowed by shop/db ingress[0]'],
  },
  {
    name: 'DNS forgotten in egress',
    policies: [outOf('web', [{ to: [app('db')], ports: [{ port: 5432 }] }])],
    packet: 'shop/web > shop/dns UDP 53',
    says: [
      noEgressRule,
      'egress: add a rule for UDP 53 to namespaceSelector kubernetes.io/metadata.name=shop with podSelector app=dns to shop/web egress',
    ],
  },
  {
    name: 'another port',
    policies: [into('db', [{ from: [app('web')], ports: [{ port: 5433 }] }])],
    packet: webToDb,
    says: [
      noIngressRule,
      'ingress: add TCP 5432 to the ports of shop/db ingress[0], which allows only TCP 5433',
    ],
  },
  {
    name: 'the port of the Service instead of the port of the pod',
    policies: [into('db', [{ ports: [{ port: 80 }] }])],
    packet: webToDb,
    says: ['ingress: add TCP 5432 to the ports of shop/db ingress[0], which allows only TCP 80'],
  },
  {
    name: 'another protocol',
    policies: [into('dns', [{ ports: [{ port: 53 }] }])],
    packet: 'shop/web > shop/dns UDP 53',
    says: ['ingress: add UDP 53 to the ports of shop/dns ingress[0], which allows only TCP 53'],
  },
  {
    name: 'a port name that the pod does not have',
    policies: [into('db', [{ ports: [{ port: 'http' }] }])],
    packet: webToDb,
    says: [noIngressRule],
  },
  {
    name: 'one past the end of a range of ports',
    policies: [into('db', [{ ports: [{ port: 5000, endPort: 5431 }] }])],
    packet: webToDb,
    says: [
      'ingress: add TCP 5432 to the ports of shop/db ingress[0], which allows only TCP 5000-5431',
    ],
  },
  {
    name: 'the right label in another namespace',
    policies: [into('db', [{ from: [app('web')] }])],
    packet: 'ops/web > shop/db TCP 5432',
    says: [
      'ingress: add namespaceSelector kubernetes.io/metadata.name=ops to shop/db ingress[0].from[0]: without one it means pods of namespace shop',
    ],
  },
  {
    name: 'the right namespace, another pod',
    policies: [into('db', [{ from: [{ ...team('ops'), ...app('web') }] }])],
    packet: cronToDb,
    says: ['ingress: give pod ops/cron the label app=web, as shop/db ingress[0].from[0] wants'],
  },
  {
    name: 'a label of the namespace that it does not have',
    policies: [into('db', [{ from: [team('shop')] }])],
    packet: cronToDb,
    says: ['ingress: give namespace ops the label team=shop, as shop/db ingress[0].from[0] wants'],
  },
  {
    name: 'in the exception of a block',
    policies: [
      outOf('web', [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.244.2.0/24'] } }] }]),
    ],
    packet: webToDb,
    says: ['egress: remove the exception 10.244.2.0/24 from shop/web egress[0].to[0]'],
  },
  {
    name: 'outside of the block',
    policies: [into('web', [{ from: [{ ipBlock: { cidr: '198.51.100.0/25' } }] }])],
    packet: '198.51.100.200 > shop/web TCP 80',
    says: ['ingress: add ipBlock 198.51.100.200/32 to shop/web ingress[0].from'],
  },
  {
    name: 'from another node, which is not the own one',
    policies: [nothingIn],
    packet: '192.168.0.1 > shop/db TCP 5432',
    says: [noIngressRule],
  },
  {
    name: 'two rules, each with one half of what is needed',
    policies: [
      into('db', [{ from: [app('web')], ports: [{ port: 1 }] }, { ports: [{ port: 2 }] }]),
    ],
    packet: webToDb,
    says: [
      'ingress: add TCP 5432 to the ports of shop/db ingress[0], which allows only TCP 1',
      'ingress: add TCP 5432 to the ports of shop/db ingress[1], which allows only TCP 2',
    ],
  },
];

const situations: readonly Situation[] = [
  ...allowed.map((one) => ({ ...one, allowed: true })),
  ...denied.map((one) => ({ ...one, allowed: false })),
];

test.each(situations)('$name', ({ policies = [], packet: text, allowed: may, says }) => {
  const [from = '', , to = '', protocol, port] = text.split(' ');
  const packet: Packet = { from, to, protocol: protocol as Protocol, port: Number(port) };
  const verdict = explainVerdict(testWorld(pods, policies), packet);
  const lines = verdictText(packet, verdict)
    .split('\n')
    .map((line) => line.trim());
  expect(lines).toContain(`${from} -> ${to} ${protocol} ${port}: ${may ? 'allowed' : 'denied'}`);
  expect(lines).toEqual(expect.arrayContaining([...says]));
});
