import { describe, expect, test } from 'vitest';
import type { ApiPolicy } from '../../../../scripts/labnet/policy/api.ts';
import type { Packet } from '../../../../scripts/labnet/policy/judge.ts';
import type { Policy } from '../../../../scripts/labnet/policy/model.ts';
import { explainVerdict } from '../../../../scripts/labnet/policy/verdict.ts';
import { verdictText } from '../../../../scripts/labnet/policy/verdict-text.ts';
import { testPod, testPolicy, testWorld } from '../../../support/policy-world.ts';

const pods = [
  testPod('shop/web', '10.244.1.2', { labels: { app: 'web' } }),
  testPod('shop/db', '10.244.2.3', { labels: { app: 'db' }, node: 2 }),
  testPod('ops/cron', '10.244.1.4', { labels: { app: 'cron' } }),
];
const packet: Packet = { from: 'ops/cron', to: 'shop/db', protocol: 'TCP', port: 5432 };

function text(policies: Policy[], one: Packet = packet): string[] {
  return verdictText(one, explainVerdict(testWorld(pods, policies), one)).split('\n');
}

type Rules = NonNullable<ApiPolicy['spec']['ingress']>;
function db(ingress: Rules): Policy {
  return testPolicy('shop/db', { podSelector: { matchLabels: { app: 'db' } }, ingress });
}

const remove = '  ingress: delete shop/db: no other policy isolates ingress here';
const opsCron = 'namespaceSelector kubernetes.io/metadata.name=ops with podSelector app=cron';
const team = (name: string) => ({ namespaceSelector: { matchLabels: { team: name } } });
const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });

/** What is one step away, and how it is put. The last flip is always the same. */
const near: [string, Rules, string[]][] = [
  [
    'another port',
    [{ from: [team('ops')], ports: [{ port: 80 }, { protocol: 'UDP' }, { port: 1, endPort: 9 }] }],
    [
      '  ingress: add TCP 5432 to the ports of shop/db ingress[0], which allows only TCP 80, all of UDP, TCP 1-9',
    ],
  ],
  [
    'another pod',
    [{ from: [{ ...team('ops'), ...app('backup') }] }],
    [
      '  ingress: give pod ops/cron the label app=backup, as shop/db ingress[0].from[0] wants',
      `  ingress: add ${opsCron} to shop/db ingress[0].from`,
    ],
  ],
  [
    'another namespace',
    [{ from: [team('shop')] }],
    [
      '  ingress: give namespace ops the label team=shop, as shop/db ingress[0].from[0] wants',
      `  ingress: add ${opsCron} to shop/db ingress[0].from`,
    ],
  ],
  [
    'a forgotten namespaceSelector',
    [{ from: [app('cron')], ports: [{ port: 5432 }] }],
    [
      '  ingress: add namespaceSelector kubernetes.io/metadata.name=ops to shop/db ingress[0].from[0]: ' +
        'without one it means pods of namespace shop',
      `  ingress: add ${opsCron} to shop/db ingress[0].from`,
    ],
  ],
  [
    'an exception',
    [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.244.1.0/24', '10.9.0.0/16'] } }] }],
    [
      '  ingress: remove the exception 10.244.1.0/24 from shop/db ingress[0].from[0]',
      `  ingress: add ${opsCron} to shop/db ingress[0].from`,
    ],
  ],
  [
    'nothing near',
    [{ from: [app('web')], ports: [{ port: 80 }] }],
    [`  ingress: add a rule for TCP 5432 from ${opsCron} to shop/db ingress`],
  ],
];

describe('verdicts in words', () => {
  test.each(near)('denied: %s', (_, ingress, flips) => {
    expect(text([db(ingress)])).toEqual([
      'ops/cron -> shop/db TCP 5432: denied',
      'egress of ops/cron: allowed, no policy isolates it',
      'ingress of shop/db: denied, no rule allows it',
      '  isolated by shop/db',
      'To allow it, one of:',
      ...flips,
      remove,
    ]);
  });

  test('denied by both ends, and by more than one policy', () => {
    const policies = [
      db([]),
      testPolicy('shop/closed', {}),
      testPolicy('ops/out', { policyTypes: ['Egress'] }),
    ];
    const shopDb = 'namespaceSelector kubernetes.io/metadata.name=shop with podSelector app=db';
    expect(text(policies)).toEqual([
      'ops/cron -> shop/db TCP 5432: denied',
      'egress of ops/cron: denied, no rule allows it',
      '  isolated by ops/out',
      'ingress of shop/db: denied, no rule allows it',
      '  isolated by shop/closed, shop/db',
      'To allow it, one change for each end:',
      `  egress: add a rule for TCP 5432 to ${shopDb} to ops/out egress`,
      '  egress: delete ops/out: no other policy isolates egress here',
      `  ingress: add a rule for TCP 5432 from ${opsCron} to shop/closed ingress`,
    ]);
  });

  test('allowed by two rules', () => {
    expect(text([db([{}, { ports: [{ port: 1 }] }, { from: [team('ops')] }])])).toEqual([
      'ops/cron -> shop/db TCP 5432: allowed',
      'egress of ops/cron: allowed, no policy isolates it',
      'ingress of shop/db: allowed by shop/db ingress[0]',
      '  isolated by shop/db',
      'To deny it, one of:',
      '  egress: create a policy that isolates egress of ops/cron and does not allow this',
      '  ingress: remove shop/db ingress[0] and shop/db ingress[2]',
    ]);
  });

  test('from outside', () => {
    const outside = { ...packet, from: '198.51.100.7' };
    expect(text([db([{ ports: [{ port: 5432 }], from: [app('web')] }])], outside)).toEqual([
      '198.51.100.7 -> shop/db TCP 5432: denied',
      'egress of 198.51.100.7: allowed, no policy isolates it',
      'ingress of shop/db: denied, no rule allows it',
      '  isolated by shop/db',
      'To allow it, one of:',
      '  ingress: add ipBlock 198.51.100.7/32 to shop/db ingress[0].from',
      remove,
    ]);
  });

  test('what no policy can change', () => {
    expect(text([db([])], { ...packet, from: '192.168.0.2' })).toEqual([
      '192.168.0.2 -> shop/db TCP 5432: allowed',
      'egress of 192.168.0.2: allowed, no policy isolates it',
      'ingress of shop/db: allowed, traffic between a pod and its own node is always allowed',
      '  isolated by shop/db',
    ]);
  });

  test('labels that a policy does not want', () => {
    const without = (key: string) => ({
      ...team('ops'),
      podSelector: { matchExpressions: [{ key, operator: 'DoesNotExist' as const }] },
    });
    expect(text([db([{ from: [without('app')] }])])).toContain(
      '  ingress: take from pod ops/cron the label app, as shop/db ingress[0].from[0] wants',
    );
  });
});
