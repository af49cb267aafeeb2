import { describe, expect, it } from 'vitest';
import { wayIn } from '../../../../scripts/lab/trace/between.ts';
import { iptablesRule, showChain } from '../../../../scripts/lab/trace/iptables.ts';
import { readLook } from '../../../../scripts/lab/trace/look.ts';
import { readName } from '../../../../scripts/lab/name.ts';
import { readProbe } from '../../../../scripts/lab/trace/probe.ts';
import { readRouteAnswer } from '../../../../scripts/lab/trace/route.ts';
import { captureFilter, rulesText } from '../../../../scripts/lab/trace/rules.ts';

describe('the names of the ends', () => {
  it.each([
    ['web', { kind: 'pod', namespace: 'here', name: 'web' }],
    ['shop/web', { kind: 'pod', namespace: 'shop', name: 'web' }],
    ['pod/web', { kind: 'pod', namespace: 'here', name: 'web' }],
    ['svc/web', { kind: 'service', namespace: 'here', name: 'web' }],
    ['service/shop/web', { kind: 'service', namespace: 'shop', name: 'web' }],
    ['10.244.1.2', { kind: 'address', address: '10.244.1.2' }],
  ])('%s', (text, named) => {
    expect(readName(text, 'here')).toEqual(named);
  });

  it.each(['', 'a/b/c', 'svc/', 'svc/a/b/c', '10.244.1', '10.244.1.999'])(
    '"%s" is refused',
    (text) => {
      expect(() => readName(text, 'here')).toThrow(/names nothing|is no IPv4 address/);
    },
  );
});

describe('port and protocol', () => {
  const open = [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
    { port: 9153, protocol: 'TCP' },
  ];
  it.each([
    [open, {}, { protocol: 'udp', port: 53 }],
    [open, { protocol: 'tcp' }, { protocol: 'tcp', port: 53 }],
    [open, { port: '9153' }, { protocol: 'tcp', port: 9153 }],
    [open, { port: '81' }, { protocol: 'tcp', port: 81 }],
    [open, { protocol: 'icmp' }, { protocol: 'icmp' }],
    [[{ containerPort: 80 }], {}, { protocol: 'tcp', port: 80 }],
    [[], {}, { protocol: 'icmp' }],
    [[], { port: '80', protocol: 'UDP' }, { protocol: 'udp', port: 80 }],
  ])('%j with %j', (known, asked, way) => {
    expect(wayIn(known, asked)).toEqual(way);
  });

  it.each([
    [{ port: '0' }, /no port/],
    [{ port: 'http' }, /no port/],
    [{ port: '65536' }, /no port/],
    [{ protocol: 'sctp' }, /no protocol/],
    [{ protocol: 'icmp', port: '80' }, /ping goes to no port/],
    [{ protocol: 'udp' }, /which udp port/],
  ])('%j is refused', (asked, why) => {
    expect(() => wayIn([], asked)).toThrow(why);
  });
});

describe('what became of the probe', () => {
  const tcp = { protocol: 'tcp', client: '', clientPort: 1, target: '', port: 80 } as const;
  const icmp = { protocol: 'icmp', client: '', clientPort: 1, target: '' } as const;
  const silence =
    'PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.\n\n1 packets transmitted, 0 received';
  it.each([
    [tcp, 0, 'answer\n', { state: 'answer' }],
    [tcp, 0, 'silence\n', { state: 'silence' }],
    [tcp, 0, 'error 111 Connection refused\n', { state: 'error', error: 'Connection refused' }],
    [icmp, 0, silence, { state: 'answer' }],
    [icmp, 1, silence, { state: 'silence' }],
    [
      icmp,
      2,
      'ping: connect: Network is unreachable',
      { state: 'error', error: 'Network is unreachable' },
    ],
  ])('%j %i', (flow, code, text, probed) => {
    expect(readProbe(flow, code, text)).toEqual(probed);
  });

  it('is no verdict when the packet could not be sent', () => {
    expect(() => readProbe(tcp, 98, 'port 2 cannot be used: Address already in use')).toThrow(
      'could not be sent',
    );
  });
});

describe('a traced rule in the words of iptables', () => {
  const save = [
    '*nat',
    '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-A',
    '-A KUBE-SEP-A -p tcp -m comment --comment "a/b" -m tcp -j DNAT --to-destination 10.0.0.1:6443',
    'COMMIT',
    '*filter',
    '-A FORWARD -s 10.0.0.1/32 -j DROP',
    '-A FORWARD -s 10.0.0.2/32 -m comment --comment admin -j DROP',
    'COMMIT',
  ];
  const drop = { table: 'ip filter', chain: 'FORWARD', verdict: 'drop' };
  it('is the one with its addresses', () => {
    const rule = 'ip saddr 10.0.0.2 counter drop';
    expect(iptablesRule(save, { ...drop, rule })?.comment).toBe('admin');
  });

  it('is found by where it jumps to', () => {
    const step = {
      table: 'ip nat',
      chain: 'KUBE-SERVICES',
      rule: 'jump',
      verdict: 'jump KUBE-SVC-A',
    };
    expect(iptablesRule(save, step)?.comment).toBe('default/kubernetes:https cluster IP');
  });

  it('is none of another table, nor a policy', () => {
    expect(iptablesRule(save, { ...drop, table: 'inet filter', rule: 'drop' })).toBeUndefined();
    expect(iptablesRule(save, drop)).toBeUndefined();
  });

  it('is shown by the program that wrote it', () => {
    expect(showChain(save, drop)).toBe('iptables -t filter -S FORWARD');
    const own = { table: 'inet labnet_policy', chain: 'egress', verdict: 'drop' };
    expect(showChain(save, own)).toBe('nft list chain inet labnet_policy egress');
  });
});

it('reads the look at a namespace', () => {
  const look = readLook(
    '{"links":[],"routes":[],"neighbours":[],"forwarding":[],"sysctls":{"ip_forward":1}}\n== iptables\n*nat\nCOMMIT\n== sockets\ntcp LISTEN 0 5 *:80 *:*\n',
  );
  expect(look.sysctls['ip_forward']).toBe(1);
  expect([look.iptables, look.sockets]).toEqual([['*nat', 'COMMIT'], ['tcp LISTEN 0 5 *:80 *:*']]);
});

it('reads what the kernel says of a route', () => {
  expect(readRouteAnswer(0, '[{"dst":"default","gateway":"10.0.2.2","dev":"enp0s3"}]', '')).toEqual(
    {
      route: { dst: 'default', gateway: '10.0.2.2', dev: 'enp0s3' },
    },
  );
  const refused = readRouteAnswer(2, '', 'RTNETLINK answers: Network is unreachable\n');
  expect(refused).toEqual({ error: 'Network is unreachable' });
});

describe('rules and filter', () => {
  const flow = { client: '10.244.1.2', clientPort: 22222, target: '10.96.0.20' };
  it('look for the port in the wrapped packet, too', () => {
    const text = rulesText('lab_trace_1_2', { ...flow, protocol: 'tcp', port: 80 });
    expect(text).toContain('udp dport 8472 @th,400,16 22222 meta nftrace set 1');
    expect(text).toContain('udp dport 8472 @th,416,16 22222 meta nftrace set 1');
    expect(captureFilter({ ...flow, protocol: 'tcp', port: 80 })).toContain('udp[50:2] = 22222');
  });

  it('know a ping by its identifier', () => {
    expect(rulesText('lab_trace_1_2', { ...flow, protocol: 'icmp' })).toContain('@th,432,16 22222');
    expect(captureFilter({ ...flow, protocol: 'icmp' })).toContain('icmp[4:2] = 22222');
  });

  it('decide nothing', () => {
    expect(rulesText('t', { ...flow, protocol: 'udp', port: 53 })).not.toMatch(/drop|reject|dnat/);
  });
});
