import { describe, expect, test } from 'vitest';
import type { ApiPolicy } from '../../../../scripts/labnet/policy/api.ts';
import { compile } from '../../../../scripts/labnet/policy/compile.ts';
import type { Isolation, Rule } from '../../../../scripts/labnet/policy/isolation.ts';
import { rangeText } from '../../../../scripts/labnet/policy/ranges.ts';
import { testPod, testPolicy, testWorld } from '../../../support/policy-world.ts';

const web = testPod('shop/web', '10.244.1.2', {
  labels: { app: 'web' },
  ports: [{ name: 'http', containerPort: 8080 }],
});
const pods = [
  web,
  testPod('shop/db', '10.244.2.3', {
    labels: { app: 'db' },
    node: 2,
    ports: [{ name: 'http', containerPort: 5432 }],
  }),
  testPod('ops/web', '10.244.2.4', {
    labels: { app: 'web' },
    node: 2,
    ports: [{ name: 'http', containerPort: 8080 }],
  }),
  testPod('ops/agent', '192.168.0.1', { labels: { app: 'web' }, hostNetwork: true }),
  testPod('ops/job', '10.244.2.9', { labels: { app: 'web' }, node: 2, phase: 'Succeeded' }),
];

function text({ policy, rule, peers, ports }: Rule): string {
  const who = peers === 'any' ? 'any' : peers.map(rangeText).join(',');
  const range = (from: number, to: number): string => (from === to ? `${from}` : `${from}-${to}`);
  const what =
    ports === 'any' ? 'any' : ports.map((p) => `${p.protocol} ${range(p.from, p.to)}`).join(',');
  return `${policy} ${rule}: ${who} ${what}`;
}

/** What a policy of namespace shop comes down to on node-1. */
function compiled(spec: ApiPolicy['spec']): Isolation[] {
  return compile(testWorld(pods, [testPolicy('shop/p', spec)]), 'node-1');
}

const cases: [string, ApiPolicy['spec'], string[]][] = [
  ['no rules', { ingress: [] }, []],
  ['an empty rule', { ingress: [{}] }, ['shop/p ingress[0]: any any']],
  ['an empty from', { ingress: [{ from: [] }] }, ['shop/p ingress[0]: any any']],
  [
    'all pods of the own namespace',
    { ingress: [{ from: [{ podSelector: {} }] }] },
    ['shop/p ingress[0]: 10.244.1.2,10.244.2.3 any'],
  ],
  [
    'all pods of all namespaces, without host network and ended ones',
    { ingress: [{ from: [{ namespaceSelector: {} }] }] },
    ['shop/p ingress[0]: 10.244.1.2,10.244.2.3,10.244.2.4 any'],
  ],
  [
    'both selectors in one item',
    {
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { team: 'ops' } },
              podSelector: { matchLabels: { app: 'web' } },
            },
          ],
        },
      ],
    },
    ['shop/p ingress[0]: 10.244.2.4 any'],
  ],
  [
    'both selectors in two items',
    {
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { team: 'ops' } } },
            { podSelector: { matchLabels: { app: 'web' } } },
          ],
        },
      ],
    },
    ['shop/p ingress[0]: 10.244.1.2,10.244.2.4 any'],
  ],
  [
    'a block with exceptions, one of which another block allows again',
    {
      ingress: [
        {
          from: [
            { ipBlock: { cidr: '10.0.0.0/24', except: ['10.0.0.0/25', '10.0.0.200/32'] } },
            { ipBlock: { cidr: '10.0.0.4/32' } },
          ],
        },
      ],
    },
    ['shop/p ingress[0]: 10.0.0.4,10.0.0.128-10.0.0.199,10.0.0.201-10.0.0.255 any'],
  ],
  ['peers that are nobody', { ingress: [{ from: [{ ipBlock: { cidr: 'fd00::/8' } }] }] }, []],
  [
    'ports of all forms',
    { ingress: [{ ports: [{ port: 80 }, { port: 90, endPort: 99 }, { protocol: 'UDP' }] }] },
    ['shop/p ingress[0]: any TCP 80,TCP 90-99,UDP 0-65535'],
  ],
  [
    'a named port of its own',
    { ingress: [{ ports: [{ port: 'http' }] }] },
    ['shop/p ingress[0]: any TCP 8080'],
  ],
  [
    'a named port that it has not',
    { ingress: [{ ports: [{ port: 'http', protocol: 'UDP' }] }] },
    [],
  ],
  [
    'named ports of its peers, beside a number',
    {
      egress: [{ ports: [{ port: 'http' }, { port: 53, protocol: 'UDP' }] }],
      policyTypes: ['Egress'],
    },
    [
      'shop/p egress[0]: any UDP 53',
      'shop/p egress[0]: 10.244.1.2,10.244.2.4 TCP 8080',
      'shop/p egress[0]: 10.244.2.3 TCP 5432',
    ],
  ],
  [
    'named ports of the peers in a block',
    {
      policyTypes: ['Egress'],
      egress: [{}, { to: [{ ipBlock: { cidr: '10.244.2.0/30' } }], ports: [{ port: 'http' }] }],
    },
    ['shop/p egress[0]: any any', 'shop/p egress[1]: 10.244.2.3 TCP 5432'],
  ],
];

describe('compile', () => {
  test.each(cases)('%s', (_, spec, rules) => {
    expect(compiled(spec)).toHaveLength(1);
    expect(compiled(spec).flatMap((isolation) => isolation.rules.map(text))).toEqual(rules);
  });

  test('isolates the local pods that policies select, each direction for itself', () => {
    const both = {
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Ingress', 'Egress'],
    };
    const policies = [
      testPolicy('shop/b', both),
      testPolicy('shop/a', {}),
      testPolicy('shop/other', { podSelector: { matchLabels: { app: 'db' } } }),
      testPolicy('ops/all', { policyTypes: ['Ingress', 'Egress'] }),
    ];
    const base = { pod: 'shop/web', address: '10.244.1.2', rules: [] };
    expect(compile(testWorld(pods, policies), 'node-1')).toEqual([
      { ...base, direction: 'egress', policies: ['shop/b'] },
      { ...base, direction: 'ingress', policies: ['shop/a', 'shop/b'] },
    ]);
  });

  test('a pod without an address is not isolated yet', () => {
    const waiting = { ...web, addresses: [] };
    expect(compile(testWorld([waiting], [testPolicy('shop/p', {})]), 'node-1')).toEqual([]);
  });
});
