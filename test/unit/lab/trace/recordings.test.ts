import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../../../scripts/lab/trace/capture.ts';
import { changesIn, isDrop, readTrace } from '../../../../scripts/lab/trace/nft-trace.ts';
import { packetText, type Flow } from '../../../../scripts/lab/trace/packet.ts';
import { tripsOf } from '../../../../scripts/lab/trace/trip.ts';

/** What the programs said on a node while a pod called a service whose pod is on another node. */
function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');
}

const flow: Flow = {
  protocol: 'tcp',
  client: '10.244.1.2',
  clientPort: 22222,
  target: '10.96.0.20',
  port: 80,
};

describe.each([
  ['1.0.6', 'nft-106.txt'],
  ['1.1.3', 'nft-113.txt'],
])('nft %s', (_, file) => {
  const passes = readTrace('node1', recorded(file));

  it('shows each way through the node once', () => {
    expect(passes.map(({ iif, oif, hooks }) => [iif, oif, hooks.join()])).toEqual([
      // From the bridge to the tunnel: its id changes on the way up from the bridge.
      ['labnet0', 'labnet.1', 'prerouting,forward,postrouting'],
      ['labnet.1', 'enp0s8', 'output,postrouting'],
      ['enp0s8', undefined, 'prerouting,input'],
      ['labnet.1', 'labnet0', 'prerouting,forward,postrouting'],
    ]);
  });

  it('shows what was translated, and by which rule', () => {
    const [there, , , back] = passes;
    const told = [there, back].flatMap((pass) => (pass ? changesIn(pass) : []));
    expect(told.map(({ after, by }) => [packetText(after), by?.chain])).toEqual([
      ['10.244.1.2:22222 -> 10.244.2.2:80', 'KUBE-SEP-far-tcp'],
      ['10.96.0.20:80 -> 10.244.1.2:22222', undefined],
    ]);
  });

  it('keeps what rules say, without numbers that change', () => {
    expect(passes[0]?.steps[1]).toEqual({
      table: 'ip nat',
      chain: 'KUBE-SERVICES',
      rule: 'meta l4proto tcp ip daddr 10.96.0.20 tcp dport 80 counter jump KUBE-SVC-far-tcp',
      verdict: 'jump KUBE-SVC-far-tcp',
    });
  });

  it('makes with the capture the way there and back', () => {
    const sightings = readCapture('node1', recorded('tcpdump.txt'));
    const { request, answer } = tripsOf(flow, { passes, sightings });
    const links = (trip: typeof request): string[] =>
      trip.sightings.map(
        ({ link, way, wrapping }) => `${link} ${way}${wrapping ? ' wrapped' : ''}`,
      );
    expect(links(request)).toEqual([
      'lab289080web in',
      'labnet0 in',
      'labnet.1 out',
      'enp0s8 out wrapped',
    ]);
    expect(links(answer)).toEqual([
      'enp0s8 in wrapped',
      'labnet.1 in',
      'labnet0 out',
      'lab289080web out',
    ]);
    expect([request.passes.length, answer.passes.length]).toEqual([2, 2]);
  });
});

it('finds the rule that dropped, with its comment', () => {
  const [pass] = readTrace('node1', recorded('nft-policy.txt'));
  expect(pass?.steps.find(isDrop)).toEqual({
    table: 'inet labnet_policy',
    chain: 'pod-3-ingress',
    rule: 'meta l4proto tcp ct status ! dnat counter reject with tcp reset',
    comment: 'isolated by default/deny',
    verdict: 'drop',
  });
});

it.each([
  ['trace id 1 ip filter FORWARD policy drop ', 'drop'],
  ['trace id 1 ip filter FORWARD verdict continue ', undefined],
  ['trace id 1 ip filter FORWARD conntrack: ct state new', undefined],
  ['something else', undefined],
])('reads %s', (line, verdict) => {
  const packet = 'ip saddr 10.0.0.1 ip daddr 10.0.0.2 ip length 60 tcp sport 1 tcp dport 2 tcp ';
  const [pass] = readTrace('n', `trace id 1 ip filter FORWARD packet: iif "a" ${packet}\n${line}`);
  expect(pass?.steps.map((step) => step.verdict)).toEqual(verdict ? [verdict] : []);
});

it.each([
  [
    '7.5 a P   IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 5, seq 1, length 64',
    'in',
    5,
    undefined,
  ],
  [
    '7.5 a Out IP 10.0.0.1 > 10.0.0.2: ICMP echo reply, id 5, seq 1, length 64',
    'out',
    undefined,
    5,
  ],
  ['7.5 a In  IP 10.0.0.1.53 > 10.0.0.2.99: 1+ A? x. (20)', 'in', 53, 99],
  ['7.5 a B   IP 10.0.0.1.53 > 10.0.0.2.99: UDP, length 9', 'in', 53, 99],
])('reads %s', (line, way, sport, dport) => {
  const [seen] = readCapture('n', line);
  expect(seen).toMatchObject({ at: 7.5, link: 'a', way });
  expect([seen?.packet.sport, seen?.packet.dport]).toEqual([sport, dport]);
});

it('reads who refused', () => {
  const text = '7.5 a In  IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.1 udp port 98 unreachable, length 45';
  expect(readCapture('n', text)[0]?.packet.flags).toBe('10.0.0.1 udp port 98 unreachable');
});

it.each(['', 'tcpdump: listening on any', '7.5 a B   ARP, Request who-has 10.0.0.1 tell 10.0.0.2'])(
  'passes over "%s"',
  (line) => {
    expect(readCapture('n', line)).toEqual([]);
  },
);
