import { describe, expect, it } from 'vitest';
import { fakeCluster, fakePod, type FakeCluster } from '../../support/fake-cluster.ts';
import { tryCheck } from '../../support/checking.ts';

const routes = JSON.stringify([
  { dst: 'default', gateway: '10.0.2.2', dev: 'enp0s3' },
  { dst: '10.244.1.0/24', dev: 'cni0', scope: 'link' },
  { dst: '10.244.2.0/24', gateway: '10.244.2.0', dev: 'flannel.1' },
]);
const ipRoute = 'ip -j route show table main';

function lab(): FakeCluster {
  const cluster = fakeCluster([fakePod('web', 'node1', '10.244.1.5')]);
  cluster.node1.on(ipRoute, routes);
  return cluster;
}

describe('net', () => {
  const check = { kind: 'net', on: 'worker1', view: 'route', where: { dst: '10.244.2.0/24' } };

  it('judges the rows that fit', async () => {
    expect((await tryCheck(lab(), { ...check, expect: { dev: 'flannel.1' } })).pass).toBe(true);
    const outcome = await tryCheck(lab(), { ...check, expect: { dev: 'cni0' } });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('dev is flannel.1');
    expect(outcome.actual).toContain('node1');
  });

  it('fails without a row, and when a field is missing', async () => {
    const none = await tryCheck(lab(), { ...check, where: { dst: '10.244.9.0/24' } });
    expect(none).toMatchObject({ pass: false });
    expect(none.actual).toContain('0 instead of at least 1 route');
    const scope = await tryCheck(lab(), { ...check, expect: { scope: { not: 'x' } } });
    expect(scope.pass).toBe(false);
  });

  it('counts rows', async () => {
    const both = { ...check, where: { dst: { matches: '^10\\.244\\.' } } };
    expect((await tryCheck(lab(), { ...both, rows: { equals: 2 } })).pass).toBe(true);
    expect((await tryCheck(lab(), { ...both, rows: { equals: 3 } })).pass).toBe(false);
  });

  it('must hold on every node', async () => {
    const cluster = lab();
    cluster.node2.on(ipRoute, '[]');
    const where = { dst: 'default' };
    const outcome = await tryCheck(cluster, { kind: 'net', on: 'workers', view: 'route', where });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toMatch(/^node2/);
  });

  it('absent needs something that is there', async () => {
    const gone = { kind: 'net', on: 'worker1', view: 'route', where: { dev: 'weave' } };
    const there = { ...gone, absent: { while: { dst: 'default' } } };
    expect((await tryCheck(lab(), there)).pass).toBe(true);
    const nothing = lab();
    nothing.node1.on(ipRoute, '');
    expect((await tryCheck(nothing, there)).actual).toContain('cannot tell');
    const still = { ...there, where: { dev: 'flannel.1' } };
    expect((await tryCheck(lab(), still)).actual).toContain('still there');
  });

  it('has a row per address, read inside a pod', async () => {
    const cluster = lab();
    const links = [
      { ifname: 'lo', addr_info: [{ local: '127.0.0.1', prefixlen: 8 }] },
      { ifname: 'eth0', mtu: 1450, addr_info: [{ local: '10.244.1.5', prefixlen: 24 }] },
    ];
    cluster.node1.on('uid-web: ip -j address show', JSON.stringify(links));
    const where = { local: '10.244.1.5' };
    const inPod = { kind: 'net', in: { name: 'web' }, view: 'address', where };
    expect(
      (await tryCheck(cluster, { ...inPod, expect: { ifname: 'eth0', mtu: 1450 } })).pass,
    ).toBe(true);
    expect((await tryCheck(cluster, { ...inPod, expect: { ifname: 'lo' } })).pass).toBe(false);
  });

  it('an unknown device is a failure with the words of ip', async () => {
    const cluster = lab();
    const stderr = 'Device "flannel.9" does not exist.';
    cluster.node1.on('ip -j -d link show dev flannel.9', { exitCode: 1, stderr });
    const outcome = await tryCheck(cluster, {
      kind: 'net',
      on: 'worker1',
      view: 'link',
      dev: 'flannel.9',
    });
    expect(outcome.pass).toBe(false);
    expect(outcome.actual).toContain('does not exist');
  });

  it('reads nested fields by JSONPath', async () => {
    const cluster = lab();
    const link = { ifname: 'flannel.1', linkinfo: { info_data: { id: 1, port: 8472 } } };
    cluster.node1.on('ip -j -d link show dev flannel.1', JSON.stringify([link]));
    const vxlan = { kind: 'net', on: 'worker1', view: 'link', dev: 'flannel.1' };
    const port = { '.linkinfo.info_data.port': 8472 };
    expect((await tryCheck(cluster, { ...vxlan, expect: port })).pass).toBe(true);
  });

  it('needs one place', async () => {
    await expect(async () => tryCheck(lab(), { kind: 'net', view: 'route' })).rejects.toThrow(
      'exactly one of',
    );
  });
});

describe('file', () => {
  const path = '/run/flannel/subnet.env';
  const withFile = (text: string, mode = '0644', owner = 'root'): FakeCluster => {
    const cluster = lab();
    const stat = `stat --dereference --format '0%a %U %F' -- ${path}`;
    cluster.node1.on(stat, `${mode} ${owner} regular file\n`).on(`cat -- ${path}`, text);
    return cluster;
  };
  const missing = { exitCode: 1, stderr: 'No such file or directory' };
  const check = { kind: 'file', on: 'worker1', path };

  it.each([
    [{ contains: '^FLANNEL_MTU=1450$' }, true],
    [{ contains: '^MTU=1450$' }, false],
    [{ value: { match: 'FLANNEL_SUBNET=(\\S+)', is: { within: '10.244.1.0/24' } } }, true],
    [{ value: { match: 'FLANNEL_SUBNET=(\\S+)', is: '10.244.2.1/24' } }, false],
    [{ value: { match: 'NOTHING=(\\S+)', is: { not: 'x' } } }, false],
    [{ mode: '0600' }, false],
    [{ mode: '0644', owner: 'root' }, true],
    [{ owner: 'vagrant' }, false],
  ])('%o: %s', async (more, pass) => {
    const cluster = withFile('FLANNEL_SUBNET=10.244.1.0/24\nFLANNEL_MTU=1450\n');
    expect((await tryCheck(cluster, { ...check, ...more })).pass).toBe(pass);
  });

  it('fails when it is not there', async () => {
    const cluster = lab();
    cluster.node1.on(/subnet\.env$/, missing);
    expect((await tryCheck(cluster, check)).actual).toBe(`node1: there is no ${path}`);
  });

  it('absent needs the folder to be there', async () => {
    const gone = { ...check, absent: { while: '/run/flannel' } };
    const cluster = lab();
    cluster.node1.on(/subnet\.env$/, missing).on(/run\/flannel$/, '0755 root directory');
    expect((await tryCheck(cluster, gone)).pass).toBe(true);
    cluster.node1.on(/run\/flannel$/, missing);
    expect((await tryCheck(cluster, gone)).actual).toContain('cannot tell');
    const still = withFile('x').node1.on(/run\/flannel$/, '0755 root directory');
    expect((await tryCheck({ ...lab(), workers: [still] }, gone)).actual).toContain('still there');
  });
});

describe('process', () => {
  const list = [
    '   1 root   /sbin/init',
    ' 812 root   /usr/bin/kubelet --config=/var/lib/kubelet/config.yaml',
    ' 990 root   /opt/bin/flanneld --ip-masq --kube-subnet-mgr',
  ].join('\n');
  const ss = 'LISTEN 0 4096 *:10250 *:* users:(("kubelet",pid=812,fd=17))\n';

  function running(): FakeCluster {
    const cluster = lab();
    cluster.node1.on(/^ps /, list).on(/^ss -Hlnp -t$/, ss);
    return cluster;
  }
  const check = { kind: 'process', on: 'worker1', command: 'flanneld' };

  it.each([
    [{}, true],
    [{ command: 'weaver' }, false],
    [{ arguments: ['--ip-masq'] }, true],
    [{ arguments: ['--ip-masq', '--iface=enp0s8'] }, false],
    [{ user: 'nobody' }, false],
    [{ command: 'kubelet', listens: { port: 10250 } }, true],
    [{ command: 'kubelet', listens: { port: 250 } }, false],
    [{ command: 'flanneld', listens: { port: 10250 } }, false],
    [{ command: 'weaver', absent: { while: 'kubelet' } }, true],
    [{ command: 'flanneld', absent: { while: 'kubelet' } }, false],
    [{ command: 'weaver', absent: { while: 'docker' } }, false],
  ])('%o: %s', async (more, pass) => {
    expect((await tryCheck(running(), { ...check, ...more })).pass).toBe(pass);
  });

  it('shows the command line that lacks an argument', async () => {
    const outcome = await tryCheck(running(), { ...check, arguments: ['--iface=enp0s8'] });
    expect(outcome.actual).toContain('/opt/bin/flanneld --ip-masq --kube-subnet-mgr');
  });
});

describe('command', () => {
  const argv = ['sysctl', '-n', 'net.ipv4.ip_forward'];
  const check = { kind: 'command', on: 'worker1', argv };

  it.each([
    [{ stdout: '1\n' }, { stdout: '^1$' }, true],
    [{ stdout: '0\n' }, { stdout: '^1$' }, false],
    [{ exitCode: 2, stderr: 'no' }, {}, false],
    [{ exitCode: 2, stderr: 'no' }, { exit: 2, stderr: '^no' }, true],
    [{ exitCode: 124 }, {}, false],
  ])('%o with %o: %s', async (result, more, pass) => {
    const cluster = lab();
    cluster.node1.on(argv.join(' '), result);
    expect((await tryCheck(cluster, { ...check, ...more })).pass).toBe(pass);
  });

  it('shows the sentence of a script alone, and names the node where there is none, or more than one', async () => {
    const cluster = lab();
    const seen = async (on: string, result: object): Promise<string> => {
      for (const node of [cluster.node1, cluster.node2]) node.on(argv.join(' '), result);
      return (await tryCheck(cluster, { ...check, on })).actual;
    };
    const said = { exitCode: 1, stderr: 'red has no eth0\n' };
    expect(await seen('worker1', said)).toBe('red has no eth0');
    expect(await seen('workers', said)).toBe('node1: red has no eth0; node2: red has no eth0');
    expect(await seen('worker1', { exitCode: 1 })).toBe('node1: exit code 1');
    expect(await seen('worker1', { exitCode: 2, stderr: 'no' })).toBe('node1: exit code 2: no');
  });
});
