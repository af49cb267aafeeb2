import { expect, it } from 'vitest';
import { traceText } from '../../../scripts/cli/trace-text.ts';
import type { Cause } from '../../../scripts/lab/trace/cause.ts';
import type { Hop } from '../../../scripts/lab/trace/hop.ts';
import type { Trace } from '../../../scripts/lab/trace/trace.ts';

const hop = (direction: Hop['direction'], node: string, what: string, evidence: string[]): Hop => ({
  ...{ direction, node, what, evidence },
  place: 'route',
  packet: '10.244.1.2:22222 -> 10.244.2.2:80',
});

const trace: Trace = {
  flow: {
    ...{ protocol: 'tcp', client: '10.244.1.2', clientPort: 22222 },
    ...{ target: '10.96.0.20', port: 80 },
  },
  from: 'pod default/web',
  to: 'pod default/far',
  hops: [
    hop('request', 'node1', 'the node routes it: 10.244.2.0/24', ['ip route get 10.244.2.2']),
    hop('answer', 'master', 'pod default/far answers', []),
  ],
  verdict: { arrived: true, answered: true },
};

it('tells the way there and back, and that it ended well', () => {
  expect(traceText(trace)).toBe(
    `pod default/web -> pod default/far   tcp 10.244.1.2:22222 -> 10.96.0.20:80

There
   1  node1   route    the node routes it: 10.244.2.0/24
                       ip route get 10.244.2.2

Back
   2  master  route    pod default/far answers

It arrived, and the answer came back.`,
  );
});

it('tells where it ended, why, and what to type next', () => {
  const dropped: Cause = {
    id: 'no-route',
    node: 'node2',
    where: 'routing table',
    by: 'Network is unreachable',
    why: 'there is no route to 10.244.1.2',
    next: 'lab ssh node2 -- sudo ip route',
  };
  const { flow, from } = trace;
  const verdict = { arrived: true, answered: false, dropped };
  expect(traceText({ flow: { ...flow, protocol: 'icmp' }, from, hops: [], verdict })).toBe(
    `pod default/web -> 10.96.0.20   ping 10.244.1.2 -> 10.96.0.20

It arrived, but no answer came back.
The node has no route.
  where  node2, routing table
  what   Network is unreachable
  why    there is no route to 10.244.1.2
  look   lab ssh node2 -- sudo ip route`,
  );
});
