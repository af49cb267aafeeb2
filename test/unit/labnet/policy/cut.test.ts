import { describe, expect, test } from 'vitest';
import { compile } from '../../../../scripts/labnet/policy/compile.ts';
import { parseConntrack } from '../../../../scripts/labnet/policy/conntrack.ts';
import { cut } from '../../../../scripts/labnet/policy/cut.ts';
import { testPod, testPolicy, testWorld } from '../../../support/policy-world.ts';

function line(protocol: string, from: string, to: string, port: number, backend = to): string {
  const [address = '', own = port] = backend.split(':');
  return (
    `${protocol.padEnd(8)} 6 431999 ESTABLISHED src=${from} dst=${to} sport=40000 dport=${port} ` +
    `src=${address} dst=${from} sport=${own} dport=40000 [ASSURED] mark=0 use=1`
  );
}

const pods = [
  testPod('shop/web', '10.244.1.2', { labels: { app: 'web' } }),
  testPod('shop/db', '10.244.2.3', { node: 2 }),
];
const web = { matchLabels: { app: 'web' } };
const isolations = compile(
  testWorld(pods, [
    testPolicy('shop/in', { podSelector: web, ingress: [{ ports: [{ port: 8080 }] }] }),
    testPolicy('shop/out', {
      podSelector: web,
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: {} }], ports: [{ port: 53, protocol: 'UDP' }] }],
    }),
  ]),
  'node-1',
);

const cases: [string, string, boolean][] = [
  ['an allowed port', line('tcp', '10.244.2.3', '10.244.1.2', 8080), false],
  ['another port', line('tcp', '10.244.2.3', '10.244.1.2', 80), true],
  ['another protocol', line('sctp', '10.244.2.3', '10.244.1.2', 8080), true],
  [
    'a Service with an allowed port behind it',
    line('tcp', '10.9.9.9', '10.96.0.1', 80, '10.244.1.2:8080'),
    false,
  ],
  [
    'a Service with another port behind it',
    line('tcp', '10.9.9.9', '10.96.0.1', 8080, '10.244.1.2:80'),
    true,
  ],
  ['an allowed peer', line('udp', '10.244.1.2', '10.244.2.3', 53), false],
  ['a peer behind a Service', line('udp', '10.244.1.2', '10.96.0.10', 53, '10.244.2.3:53'), false],
  ['another peer', line('udp', '10.244.1.2', '10.9.9.9', 53), true],
  ['itself', line('tcp', '10.244.1.2', '10.244.1.2', 80), false],
  ['itself through a Service', line('tcp', '10.244.1.2', '10.96.0.1', 80, '10.244.1.2:80'), false],
  ['from its node', line('tcp', '192.168.0.1', '10.244.1.2', 80), false],
  ['to its node', line('tcp', '10.244.1.2', '192.168.0.1', 6443), false],
  ['of others', line('tcp', '10.244.2.3', '10.9.9.9', 80), false],
];

describe('cut', () => {
  test.each(cases)('a flow: %s', (_, text, gone) => {
    const own = new Set(['192.168.0.1']);
    expect(cut(isolations, parseConntrack(text), own)).toHaveLength(gone ? 1 : 0);
  });

  test('names the flow as conntrack wants it', () => {
    const text = line('tcp', '10.9.9.9', '10.96.0.1', 8080, '10.244.1.2:80');
    expect(cut(isolations, parseConntrack(text), new Set()).map((argv) => argv.join(' '))).toEqual([
      'conntrack -D -p tcp --orig-src 10.9.9.9 --orig-dst 10.96.0.1 --sport 40000 --dport 8080',
    ]);
  });
});
