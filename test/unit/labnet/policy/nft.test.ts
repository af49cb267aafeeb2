import { describe, expect, test } from 'vitest';
import { compile } from '../../../../scripts/labnet/policy/compile.ts';
import type { Isolation } from '../../../../scripts/labnet/policy/isolation.ts';
import { podChain, type Sets } from '../../../../scripts/labnet/policy/nft-chain.ts';
import { comment } from '../../../../scripts/labnet/policy/nft-words.ts';
import { rendered, replaceAll, replacePods } from '../../../../scripts/labnet/policy/nft.ts';
import { addressNumber } from '../../../../scripts/labnet/policy/ranges.ts';
import { testPod, testPolicy, testWorld } from '../../../support/policy-world.ts';

const pods = [
  testPod('shop/web', '10.244.1.2', { labels: { app: 'web' } }),
  ...[3, 4, 5, 6, 7].map((n) => testPod(`shop/db-${n}`, `10.244.2.${n}`, { node: 2 })),
];
const policy = testPolicy('shop/web', {
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Ingress', 'Egress'],
  ingress: [
    { from: [{ podSelector: {} }], ports: [{ port: 80 }, { port: 8000, endPort: 8999 }] },
    { from: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.128/25'] } }] },
  ],
  egress: [{ ports: [{ protocol: 'UDP', port: 53 }, { protocol: 'SCTP' }] }],
});
const isolations = compile(testWorld(pods, [policy]), 'node-1');
const [egress, ingress] = isolations as [Isolation, Isolation];

const web = `
add table inet labnet_policy
add set inet labnet_policy isolated { type ipv4_addr; }
add map inet labnet_policy egress_pods { type ipv4_addr : verdict; }
add chain inet labnet_policy egress { type filter hook forward priority filter - 5; policy accept; }
add map inet labnet_policy ingress_pods { type ipv4_addr : verdict; }
add chain inet labnet_policy ingress { type filter hook forward priority filter - 4; policy accept; }
flush table inet labnet_policy
flush set inet labnet_policy isolated
flush map inet labnet_policy egress_pods
flush map inet labnet_policy ingress_pods
table inet labnet_policy {
  chain egress {
    ct state established,related accept
    ct state new tcp flags & (fin | syn | rst | ack) != syn ip saddr @isolated meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "cut, or never opened"
    ct state new tcp flags & (fin | syn | rst | ack) != syn ip daddr @isolated meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "cut, or never opened"
    ip saddr vmap @egress_pods
  }
  chain ingress {
    ct state established,related accept
    ip daddr vmap @ingress_pods
  }
  chain pod-10.244.1.2-egress {
    comment "shop/web"
    ip daddr 10.244.1.2 accept
    udp dport 53 counter accept comment "shop/web egress[0]"
    meta l4proto sctp counter accept comment "shop/web egress[0]"
    meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "isolated by shop/web"
    counter reject with icmpx admin-prohibited comment "isolated by shop/web"
  }
  chain pod-10.244.1.2-ingress {
    comment "shop/web"
    ip saddr 10.244.1.2 accept
    ip saddr @peers-SET tcp dport { 80, 8000-8999 } counter accept comment "shop/web ingress[0]"
    ip saddr 192.0.2.0-192.0.2.127 counter accept comment "shop/web ingress[1]"
    meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "isolated by shop/web"
    counter reject with icmpx admin-prohibited comment "isolated by shop/web"
  }
  set peers-SET { type ipv4_addr; flags interval; elements = { 10.244.1.2, 10.244.2.3, 10.244.2.4, 10.244.2.5, 10.244.2.6, 10.244.2.7 } }
  set isolated { type ipv4_addr; elements = { 10.244.1.2 } }
  map egress_pods { type ipv4_addr : verdict; elements = { 10.244.1.2 : goto pod-10.244.1.2-egress } }
  map ingress_pods { type ipv4_addr : verdict; elements = { 10.244.1.2 : goto pod-10.244.1.2-ingress } }
}
`.trimStart();

function chainOf(rules: Isolation['rules'], denial: 'reject' | 'drop' = 'drop'): string[] {
  const sets: Sets = new Map();
  return podChain({ ...ingress, rules }, denial, sets).slice(3, -1);
}

const base = { policy: 'shop/p', rule: 'ingress[0]', peers: 'any', ports: 'any' } as const;
const tail = '  counter drop comment "isolated by shop/web"';
const note = 'counter accept comment "shop/p ingress[0]"';

describe('nft text', () => {
  test('of everything', () => {
    expect(replaceAll(isolations).replace(/peers-[0-9a-f]{12}/g, 'peers-SET')).toBe(web);
  });

  test('removes what the kernel has and nobody wants, refills what stays', () => {
    const [set = ''] = /peers-[0-9a-f]{12}/.exec(replaceAll(isolations)) ?? [];
    const listing = [
      'table inet labnet_policy {',
      ...['\tset peers-0123456789ab {', '\t}', `\tset ${set} {`, '\t}'],
      ...['\tchain egress {', '\t}', '\tchain pod-10.244.1.2-ingress {', '\t}'],
      ...['\tchain pod-10.244.1.9-egress {', '\t}', '}'],
    ].join('\n');
    const added = new Set(replaceAll(isolations, listing).split('\n'));
    for (const line of replaceAll(isolations).split('\n')) added.delete(line);
    expect([...added]).toEqual([
      `flush set inet labnet_policy ${set}`,
      'delete set inet labnet_policy peers-0123456789ab',
      'delete chain inet labnet_policy pod-10.244.1.9-egress',
    ]);
  });

  test('of one pod that comes, and of one that goes', () => {
    const added = replacePods(['10.244.1.2'], [egress]);
    expect(added).not.toMatch(/flush (table|map|set)/);
    expect(added).toContain('map egress_pods { type ipv4_addr : verdict; elements');
    expect(added).toContain('map ingress_pods { type ipv4_addr : verdict; }');
    const removed = replacePods(['10.244.1.2'], [], { stale: ['peers-old'] });
    expect(removed).toContain('delete element inet labnet_policy isolated { 10.244.1.2 }');
    expect(removed).toContain('delete chain inet labnet_policy pod-10.244.1.2-ingress');
    expect(removed).not.toContain('chain pod-10.244.1.2-egress {');
    expect(removed).toContain('delete set inet labnet_policy peers-old');
  });

  test('can be compared address by address', () => {
    const { pods, sets } = rendered(isolations);
    expect([...pods.keys()]).toEqual([...new Set(isolations.map(({ address }) => address))]);
    for (const name of sets) expect([...pods.values()].join('')).toContain(`@${name} `);
    expect(rendered(isolations)).toEqual({ pods, sets });
  });

  test.each<[string, Partial<Isolation['rules'][number]>, string[]]>([
    ['anybody, any port', {}, [`  ${note}`]],
    ['one port', { ports: [{ protocol: 'TCP', from: 80, to: 80 }] }, [`  tcp dport 80 ${note}`]],
    [
      'ports that overlap',
      {
        ports: [
          { protocol: 'SCTP', from: 80, to: 90 },
          { protocol: 'SCTP', from: 85, to: 95 },
          { protocol: 'SCTP', from: 99, to: 99 },
        ],
      },
      [`  sctp dport { 80-95, 99 } ${note}`],
    ],
    [
      'a few peers',
      { peers: [3, 5].map((n) => ({ first: n, last: n })) },
      [`  ip saddr { 0.0.0.3, 0.0.0.5 } ${note}`],
    ],
    [
      'the whole world',
      { peers: [{ first: 0, last: addressNumber('255.255.255.255') }] },
      [`  ip saddr 0.0.0.0-255.255.255.255 ${note}`],
    ],
  ])('of a rule for %s', (_, rule, lines) => {
    expect(chainOf([{ ...base, ...rule }])).toEqual([...lines, tail]);
  });

  test('keeps names harmless and short', () => {
    expect(() => comment('shop/p" accept')).toThrow('not fit for a comment');
    expect(() => comment('a\nb')).toThrow('not fit for a comment');
    expect(comment('x'.repeat(400))).toBe(`comment "${'x'.repeat(117)}..."`);
  });
});
