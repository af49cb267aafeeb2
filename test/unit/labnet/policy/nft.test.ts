import { describe, expect, test } from 'vitest';
import { compile } from '../../../../scripts/labnet/policy/compile.ts';
import type { Isolation } from '../../../../scripts/labnet/policy/isolation.ts';
import { policyChain } from '../../../../scripts/labnet/policy/nft-chain.ts';
import { comment, setName } from '../../../../scripts/labnet/policy/nft-words.ts';
import {
  difference,
  replaceAll,
  ruleset,
  transaction,
} from '../../../../scripts/labnet/policy/nft.ts';
import { addressNumber, union } from '../../../../scripts/labnet/policy/ranges.ts';
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
table inet labnet_policy {
  chain egress {
    type filter hook forward priority filter - 5; policy accept;
    ct state established,related accept
    ct state new tcp flags & (fin | syn | rst | ack) != syn ip saddr @isolated meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "cut, or never opened"
    ct state new tcp flags & (fin | syn | rst | ack) != syn ip daddr @isolated meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "cut, or never opened"
    ip saddr vmap @egress_pods
  }
  chain ingress {
    type filter hook forward priority filter - 4; policy accept;
    ct state established,related accept
    ip daddr vmap @ingress_pods
  }
  chain pod-10.244.1.2-egress {
    comment "shop/web"
    ip daddr 10.244.1.2 accept
    jump policy-shop/web-egress
    meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "isolated by shop/web"
    counter reject with icmpx admin-prohibited comment "isolated by shop/web"
  }
  chain policy-shop/web-egress {
    udp dport 53 counter accept comment "shop/web egress[0]"
    meta l4proto sctp counter accept comment "shop/web egress[0]"
  }
  chain pod-10.244.1.2-ingress {
    comment "shop/web"
    ip saddr 10.244.1.2 accept
    jump policy-shop/web-ingress
    meta l4proto tcp ct status & dnat == 0 counter reject with tcp reset comment "isolated by shop/web"
    counter reject with icmpx admin-prohibited comment "isolated by shop/web"
  }
  chain policy-shop/web-ingress {
    ip saddr @peers-shop/web-ingress-0 tcp dport { 80, 8000-8999 } counter accept comment "shop/web ingress[0]"
    ip saddr 192.0.2.0-192.0.2.127 counter accept comment "shop/web ingress[1]"
  }
  set peers-shop/web-ingress-0 { type ipv4_addr; elements = { 10.244.1.2, 10.244.2.3, 10.244.2.4, 10.244.2.5, 10.244.2.6, 10.244.2.7 } }
  set isolated { type ipv4_addr; elements = { 10.244.1.2 } }
  map egress_pods { type ipv4_addr : verdict; elements = { 10.244.1.2 : goto pod-10.244.1.2-egress } }
  map ingress_pods { type ipv4_addr : verdict; elements = { 10.244.1.2 : goto pod-10.244.1.2-ingress } }
}
`.trimStart();

function chainOf(rules: Isolation['rules']): string[] {
  return policyChain('shop/p', 'ingress', rules).split('\n').slice(1, -1);
}

const base = { policy: 'shop/p', rule: 'ingress[0]', peers: 'any', ports: 'any' } as const;
const note = 'counter accept comment "shop/p ingress[0]"';

describe('nft text', () => {
  test('of everything', () => {
    expect(replaceAll(ruleset(isolations))).toBe(web);
  });

  test('removes what the kernel has and nobody wants, refills what stays', () => {
    const listing = [
      'table inet labnet_policy {',
      ...['\tset peers-0123456789ab {', '\t}', '\tset peers-shop/web-ingress-0 {', '\t}'],
      ...['\tchain egress {', '\t}', '\tchain pod-10.244.1.2-ingress {', '\t}'],
      ...['\tchain pod-10.244.1.9-egress {', '\t}', '\tchain policy-shop/old-egress {', '\t}', '}'],
    ].join('\n');
    const lines = replaceAll(ruleset(isolations), listing).split('\n');
    expect(lines.slice(0, lines.indexOf('table inet labnet_policy {'))).toEqual([
      'add table inet labnet_policy',
      'add set inet labnet_policy isolated { type ipv4_addr; }',
      'add map inet labnet_policy egress_pods { type ipv4_addr : verdict; }',
      'add map inet labnet_policy ingress_pods { type ipv4_addr : verdict; }',
      'flush table inet labnet_policy',
      'flush set inet labnet_policy isolated',
      'flush map inet labnet_policy egress_pods',
      'flush map inet labnet_policy ingress_pods',
      'delete chain inet labnet_policy pod-10.244.1.9-egress',
      'delete chain inet labnet_policy policy-shop/old-egress',
      'delete set inet labnet_policy peers-0123456789ab',
      'add chain inet labnet_policy egress { type filter hook forward priority filter - 5; policy accept; }',
      'flush chain inet labnet_policy egress',
      'add chain inet labnet_policy pod-10.244.1.2-ingress',
      'flush chain inet labnet_policy pod-10.244.1.2-ingress',
      'add set inet labnet_policy peers-shop/web-ingress-0 { type ipv4_addr; }',
      'flush set inet labnet_policy peers-shop/web-ingress-0',
    ]);
    expect(lines.slice(lines.indexOf('table inet labnet_policy {')).join('\n')).toBe(web);
  });

  const nothing = ruleset([]);

  test('of one pod that comes: what it shares with others is not sent again', () => {
    const before = ruleset(isolations);
    const also = isolations.map((one) => ({ ...one, address: '10.244.1.3' }));
    const after = ruleset([...isolations, ...also]);
    const change = difference(before, after);
    expect(change).toEqual({
      chains: ['pod-10.244.1.3-egress', 'pod-10.244.1.3-ingress'],
      sets: [],
      pods: ['10.244.1.3'],
    });
    const text = transaction(change, after, { before });
    // One block and nothing else: see `transaction`.
    expect(text).toMatch(/^table inet labnet_policy \{\n(  .*\n)+\}\n$/);
    expect(text).not.toMatch(/chain (egress|ingress|policy-\S+) \{|10\.244\.1\.2\b/);
    expect(text).toContain('jump policy-shop/web-ingress');
    expect(text).toContain('elements = { 10.244.1.3 : goto pod-10.244.1.3-egress }');
  });

  test('adds the peers that are new to a set, and refills it when one has gone', () => {
    const peers = (...numbers: number[]): ReturnType<typeof ruleset> =>
      ruleset([
        { ...ingress, rules: [{ ...base, peers: union(numbers.map(one)), peerList: 'p' }] },
      ]);
    const one = (first: number): { first: number; last: number } => ({ first, last: first });
    const text = (before: ReturnType<typeof ruleset>, after: ReturnType<typeof ruleset>): string =>
      transaction(difference(before, after), after, { before });
    const grown = text(peers(1, 2), peers(1, 2, 3));
    expect(grown).toContain('set peers-p { type ipv4_addr; elements = { 0.0.0.3 } }');
    expect(grown).not.toContain('flush');
    const less = text(peers(1, 2), peers(2, 3));
    expect(less).toContain('flush set inet labnet_policy peers-p');
    expect(less).toContain('set peers-p { type ipv4_addr; elements = { 0.0.0.2, 0.0.0.3 } }');
  });

  test('of one direction that ends, and of a pod that goes', () => {
    const both = ruleset(isolations);
    const one = ruleset([egress]);
    const less = transaction(difference(both, one), one, { before: both });
    expect(less).not.toContain('isolated { 10.244.1.2 }');
    expect(less).toContain('delete element inet labnet_policy ingress_pods { 10.244.1.2 }');
    expect(less).not.toContain('delete element inet labnet_policy egress_pods');
    const gone = transaction(difference(one, nothing), nothing, { before: one });
    expect(gone).toContain('delete element inet labnet_policy isolated { 10.244.1.2 }');
    expect(gone).toContain('delete element inet labnet_policy egress_pods { 10.244.1.2 }');
    expect(gone).toContain('delete chain inet labnet_policy pod-10.244.1.2-egress');
    expect(gone).toContain('delete chain inet labnet_policy policy-shop/web-egress');
    expect(gone).not.toContain('element inet labnet_policy ingress_pods');
  });

  test('of a pod of which nobody knows what it has', () => {
    const change = { chains: [], sets: [], pods: ['10.244.1.2'] };
    const text = transaction(change, nothing);
    for (const direction of ['egress', 'ingress']) {
      expect(text).toContain(`delete element inet labnet_policy ${direction}_pods { 10.244.1.2 }`);
      expect(text).toContain(`delete chain inet labnet_policy pod-10.244.1.2-${direction}`);
    }
  });

  test('has a rule with a named port in the chain of the pod whose number it is', () => {
    const http = {
      ...base,
      own: true,
      ports: [{ protocol: 'TCP', from: 8080, to: 8080 }],
    } as const;
    const { chains } = ruleset([{ ...ingress, rules: [http] }]);
    expect([...chains.keys()]).toEqual(['egress', 'ingress', 'pod-10.244.1.2-ingress']);
    expect(chains.get('pod-10.244.1.2-ingress')).toContain(`  tcp dport 8080 ${note}`);
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
    expect(chainOf([{ ...base, ...rule }])).toEqual(lines);
  });

  test('keeps names harmless and short', () => {
    expect(() => comment('shop/p" accept')).toThrow('not fit for a comment');
    expect(() => comment('a\nb')).toThrow('not fit for a comment');
    expect(comment('x'.repeat(400))).toBe(`comment "${'x'.repeat(117)}..."`);
    expect(() => setName('shop/p } ')).toThrow('not fit for a name');
    const [one, other] = ['a', 'b'].map((end) => setName(`shop/${'x'.repeat(250)}${end}`));
    expect(one).toHaveLength(120);
    expect(one).not.toBe(other);
  });
});
