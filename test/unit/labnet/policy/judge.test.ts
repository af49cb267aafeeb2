import { describe, expect, test } from 'vitest';
import { judge } from '../../../../scripts/labnet/policy/judge.ts';
import { testPod, testPolicy, testWorld } from '../../../support/policy-world.ts';

const pods = [
  testPod('shop/old', '10.244.1.2', { phase: 'Succeeded' }),
  testPod('shop/web', '10.244.1.2', { labels: { app: 'web' } }),
  testPod('shop/db', '10.244.2.3', { labels: { app: 'db' }, node: 2 }),
  testPod('shop/agent', '192.168.0.2', { node: 2, hostNetwork: true }),
];
const policies = [
  testPolicy('shop/closed', { policyTypes: ['Ingress', 'Egress'] }),
  testPolicy('shop/db', {
    podSelector: { matchLabels: { app: 'db' } },
    ingress: [
      { ports: [{ port: 1 }] },
      { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] },
    ],
  }),
  testPolicy('shop/web', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Egress'],
    egress: [{ ports: [{ port: 5432 }, { port: 80 }] }],
  }),
];
const world = testWorld(pods, policies);

function verdict(from: string, to: string, port = 5432) {
  return judge(world, { from, to, protocol: 'TCP', port });
}

describe('judge', () => {
  test('both ends must agree', () => {
    expect(verdict('shop/web', 'shop/db')).toEqual({
      allowed: true,
      egress: {
        allowed: true,
        isolated: true,
        by: ['shop/closed', 'shop/web'],
        allowedBy: { policy: 'shop/web', rule: 'egress[0]' },
      },
      ingress: {
        allowed: true,
        isolated: true,
        by: ['shop/closed', 'shop/db'],
        allowedBy: { policy: 'shop/db', rule: 'ingress[1]' },
      },
    });
    const onlyOut = verdict('shop/web', 'shop/db', 80);
    expect([onlyOut.allowed, onlyOut.egress.allowed, onlyOut.ingress.allowed]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('an address is the pod that has it now', () => {
    expect(verdict('10.244.1.2', '10.244.2.3')).toEqual(verdict('shop/web', 'shop/db'));
    expect(verdict('10.9.9.9', '10.244.2.3').egress).toEqual({
      allowed: true,
      isolated: false,
      by: [],
    });
  });

  test('a pod reaches itself, and its own node in both directions', () => {
    expect(verdict('shop/db', 'shop/db').egress).toMatchObject({
      allowed: true,
      exempt: 'own-address',
    });
    expect(verdict('shop/db', '192.168.0.2').egress.exempt).toBe('own-node');
    expect(verdict('shop/agent', 'shop/db', 80)).toMatchObject({
      allowed: true,
      ingress: { exempt: 'own-node' },
    });
    expect(verdict('192.168.0.1', 'shop/db', 80).allowed).toBe(false);
  });

  test('names the pod that is not there', () => {
    expect(() => verdict('shop/wbe', 'shop/db')).toThrow('no pod shop/wbe');
    const waiting = { ...world, pods: [testPod('shop/new', '')] };
    const packet = { from: 'shop/new', to: '10.0.0.1', protocol: 'TCP', port: 80 } as const;
    expect(() => judge(waiting, packet)).toThrow('has no address yet');
  });
});
