import { describe, expect, it } from 'vitest';
import { fakeCluster, fakePod, type FakeCluster } from '../../support/fake-cluster.ts';
import { tryCheck } from '../../support/checking.ts';

const label = (app: string): { labels: Record<string, string> } => ({ labels: { app } });

function lab(): FakeCluster {
  return fakeCluster([
    fakePod('a', 'node1', '10.244.1.5', label('net')),
    fakePod('b', 'node2', '10.244.2.5', label('net')),
    fakePod('web', 'node2', '10.244.2.9', label('web')),
    fakePod('client', 'node1', '10.244.1.7', label('client')),
    fakePod('stranger', 'node1', '10.244.1.8', label('stranger')),
    { kind: 'Service', metadata: { name: 'web' }, spec: { clusterIP: '10.96.3.4' } },
    { kind: 'Service', metadata: { name: 'headless' }, spec: { clusterIP: 'None' } },
  ]);
}

const ping = (address: string): string => `ping -n -c 1 -i 0.3 -w 2 ${address}`;
const tcp = (address: string, port: number): RegExp => new RegExp(`/dev/tcp.* ${address} ${port}$`);
const reply = (ttl: number): string => `64 bytes from x: icmp_seq=1 ttl=${ttl} time=0.1 ms\n`;
const silence = { exitCode: 1, stdout: '1 packets transmitted, 0 received' };
const refused = { exitCode: 1, stderr: 'bash: connect: Connection refused' };
const timeout = { exitCode: 124 };

const net = { pods: { selector: 'app=net' } };
const cross = { kind: 'reach', from: [net], to: [net], pairs: 'other-node' };

describe('reach, open', () => {
  it('tries every pair but none with itself, from inside the pods', async () => {
    const cluster = lab();
    cluster.node1.on(`uid-a: ${ping('10.244.2.5')}`, reply(62));
    cluster.node2.on(`uid-b: ${ping('10.244.1.5')}`, reply(62));
    expect((await tryCheck(cluster, cross)).pass).toBe(true);
    expect([...cluster.node1.asked, ...cluster.node2.asked]).toHaveLength(2);
  });

  it.each([
    ['all', 6],
    ['other-node', 4],
    ['same-node', 2],
  ])('pairs: %s', async (pairs, count) => {
    const cluster = lab();
    cluster.objects.push(fakePod('c', 'node1', '10.244.1.6', label('net')));
    cluster.node1.on(/./, reply(62));
    cluster.node2.on(/./, reply(62));
    expect((await tryCheck(cluster, { ...cross, pairs })).pass).toBe(true);
    expect([...cluster.node1.asked, ...cluster.node2.asked]).toHaveLength(count);
  });

  it('names the pairs that fail', async () => {
    const cluster = lab();
    cluster.node1.on(`uid-a: ${ping('10.244.2.5')}`, reply(62));
    cluster.node2.on(`uid-b: ${ping('10.244.1.5')}`, silence);
    const outcome = await tryCheck(cluster, cross);
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toBe('pod b (node2) -> pod a (node1): no answer');
  });

  it('does not pass with nothing to try', async () => {
    const none = { pods: { selector: 'app=none' } };
    const outcome = await tryCheck(lab(), { kind: 'reach', from: [none], to: [net] });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('no running pod app=none in namespace default: there is none');
    const alone = { pods: { selector: 'app=web' } };
    const self = await tryCheck(lab(), { kind: 'reach', from: [alone], to: [alone] });
    expect(self).toMatchObject({ pass: false });
    expect(self.actual).toContain('no pair');
  });

  it('does not pass when one of several selections is empty', async () => {
    const cluster = lab();
    cluster.node1.on(/./, reply(62));
    cluster.node2.on(/./, reply(62));
    const none = { pods: { selector: 'app=none' } };
    const outcome = await tryCheck(cluster, { ...cross, to: [net, none] });
    expect(outcome.pass).toBe(false);
  });

  it('says why a pod cannot take part', async () => {
    const cluster = lab();
    const [first] = cluster.objects;
    if (first) first.status = { phase: 'Pending' };
    cluster.objects = cluster.objects.filter(({ metadata }) => metadata.name !== 'b');
    const outcome = await tryCheck(cluster, cross);
    expect(outcome.actual).toContain('a is Pending');
  });

  it('compares the ttl of replies', async () => {
    const cluster = lab();
    cluster.node1.on(ping('10.244.2.9'), reply(63));
    const check = { kind: 'reach', from: [{ nodes: 'worker1' }], to: [{ pods: { name: 'web' } }] };
    expect((await tryCheck(cluster, { ...check, ttl: 63 })).pass).toBe(true);
    const outcome = await tryCheck(cluster, { ...check, ttl: 62 });
    expect(outcome).toMatchObject({
      pass: false,
      actual: 'node1 -> pod web (node2): open (ttl 63)',
    });
  });

  it('reaches a service by its ClusterIP, and a pod of the host network from its node', async () => {
    const cluster = lab();
    const host = { spec: { hostNetwork: true } };
    cluster.objects.push(fakePod('host', 'node1', '10.100.198.201', host));
    cluster.node1.on(tcp('10.96.3.4', 80), '');
    const from = [{ pods: { name: 'host' } }];
    const check = { kind: 'reach', from, protocol: 'tcp', port: 80 };
    expect((await tryCheck(cluster, { ...check, to: [{ service: { name: 'web' } }] })).pass).toBe(
      true,
    );
    expect(cluster.node1.asked[0]).toMatch(/^bash/);
    const headless = await tryCheck(cluster, { ...check, to: [{ service: { name: 'headless' } }] });
    expect(headless.actual).toContain('has no ClusterIP');
  });

  it('tells refused from silent', async () => {
    const cluster = lab();
    cluster.node1.on(tcp('10.244.2.9', 80), refused);
    const check = {
      kind: 'reach',
      from: [{ nodes: 'worker1' }],
      to: [{ pods: { name: 'web' } }],
      protocol: 'tcp',
      port: 80,
    };
    expect((await tryCheck(cluster, check)).actual).toContain('refused');
  });

  it('is an error, not a failure, when a node does not answer', async () => {
    const cluster = lab();
    cluster.node1.unplug();
    await expect(tryCheck(cluster, cross)).rejects.toThrow('does not answer');
  });
});

describe('reach, blocked', () => {
  const check = {
    kind: 'reach',
    from: [{ pods: { name: 'stranger' } }],
    to: [{ pods: { name: 'web' } }],
    protocol: 'tcp',
    port: 80,
    expect: 'blocked',
    control: { from: [{ pods: { name: 'client' } }] },
  };
  const from = (pod: string): RegExp => new RegExp(`^uid-${pod}: .*/dev/tcp.* 10.244.2.9 80$`);

  it.each([
    ['a silent drop', timeout],
    ['a reject', refused],
  ])('passes for %s while the control gets through', async (_, answer) => {
    const cluster = lab();
    cluster.node1.on(from('stranger'), answer).on(from('client'), '');
    expect((await tryCheck(cluster, check)).pass).toBe(true);
  });

  it('fails when it is open', async () => {
    const cluster = lab();
    cluster.node1.on(from('stranger'), '').on(from('client'), '');
    expect((await tryCheck(cluster, check)).pass).toBe(false);
  });

  it('fails when the control is blocked, too: nothing is proven then', async () => {
    const cluster = lab();
    cluster.node1.on(from('stranger'), timeout).on(from('client'), timeout);
    const outcome = await tryCheck(cluster, check);
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('cannot tell blocked from broken');
  });

  it('fails when the pod that should be blocked is not there', async () => {
    const cluster = lab();
    cluster.objects = cluster.objects.filter(({ metadata }) => metadata.name !== 'stranger');
    cluster.node1.on(from('client'), '');
    expect((await tryCheck(cluster, check)).pass).toBe(false);
  });

  it('fails when one of several that should be blocked is not there', async () => {
    const cluster = lab();
    cluster.node1.on(from('stranger'), timeout).on(from('client'), '');
    const gone = { pods: { name: 'gone' } };
    const outcome = await tryCheck(cluster, { ...check, from: [...check.from, gone] });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('no running pod gone');
  });

  it('fails when the blocked pod has no process: its silence is no policy', async () => {
    const cluster = lab();
    cluster.node1
      .on(from('stranger'), { exitCode: 125, stderr: 'no process of this pod runs here' })
      .on(from('client'), '');
    expect((await tryCheck(cluster, check)).pass).toBe(false);
  });

  it('does not take a refusal for a policy when the control says nothing about that port', async () => {
    const other = { ...check, port: 81, control: { port: 80 } };
    const cluster = lab();
    const stranger = (port: number): RegExp => new RegExp(`^uid-stranger: .*/dev/tcp.* ${port}$`);
    cluster.node1.on(stranger(81), refused).on(stranger(80), '');
    expect((await tryCheck(cluster, other)).pass).toBe(false);
    cluster.node1.on(stranger(81), timeout);
    expect((await tryCheck(cluster, other)).pass).toBe(true);
  });

  it('must have a control', async () => {
    const { control: _, ...bare } = check;
    await expect(async () => tryCheck(lab(), bare)).rejects.toThrow('control');
    await expect(async () => tryCheck(lab(), { ...check, control: {} })).rejects.toThrow('differ');
  });
});
