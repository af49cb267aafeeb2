import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/base/paths.ts';
import { local } from '../../scripts/nodes/local.ts';
import type { ExecResult } from '../../scripts/nodes/node.ts';

const script = join(projectRoot, 'scripts', 'guest', 'cni-remove.sh');
const dead = 'd'.repeat(64);
const alive = 'a'.repeat(64);

/**
 * What flannel leaves on a node with two pods and a host-gw route, beside what is somebody else's. No device is of
 * type dummy: not every kernel has it.
 */
const scene = `
set -eu
ip link set lo up
ip link add cni0 type bridge
ip address add 10.244.1.1/24 dev cni0
ip link set cni0 up
ip link add veth1 type veth peer name eth1
ip link set veth1 master cni0
ip link add flannel.1 type bridge

ip link add cni01 type bridge
ip link add enp0s8 type veth peer name enp0s9
ip address add 10.100.198.201/24 dev enp0s8
ip link set enp0s8 up
ip link set enp0s9 up
ip route add 10.244.2.0/24 via 10.100.198.202 dev enp0s8 onlink
ip route add 10.245.0.0/24 via 10.100.198.202 dev enp0s8 onlink
ip route add 10.0.0.0/8 via 10.100.198.202 dev enp0s8 onlink
ip link add foreign type bridge
ip address add 10.244.9.1/24 dev foreign
ip link set foreign up
ip link add eni1 type veth peer name eth2
ip link set eni1 alias labnet:default/web
ip link set foreign alias mylabnet:x
ip rule add to 10.244.1.9 lookup main priority 512 protocol 198
ip rule add to 10.244.1.9 lookup main priority 600

iptables-nft-restore <<END
*filter
:FORWARD ACCEPT [0:0]
:FLANNEL-FWD - [0:0]
:MY-FLANNEL-WATCH - [0:0]
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FORWARD -i cni0 -j DROP
-A FORWARD ! -o cni0 -m comment --comment "one more" -j ACCEPT
-A FORWARD -i cni01 -j DROP
-A FORWARD -m comment --comment "mine, not FLANNEL-FWD" -j MY-FLANNEL-WATCH
-A MY-FLANNEL-WATCH -s 10.244.0.0/16 -j RETURN
-A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT
COMMIT
*nat
:POSTROUTING ACCEPT [0:0]
:KUBE-POSTROUTING - [0:0]
:FLANNEL-POSTRTG - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
-A POSTROUTING -j KUBE-POSTROUTING
-A POSTROUTING -j FLANNEL-POSTRTG
-A POSTROUTING -g CNI-HOSTPORT-MASQ
-A KUBE-POSTROUTING -j RETURN
-A FLANNEL-POSTRTG -j CNI-HOSTPORT-MASQ
-A CNI-HOSTPORT-MASQ -j RETURN
COMMIT
END
`;

/** What of all this is there now, one thing a line. */
const look = `
ip -o link | awk -F '[:@ ]+' '{ print "link " $2 }'
ip -4 route | awk '{ print "route " $1 }'
ip rule | sed 's/^/rule /'
iptables-nft-save | grep -E '^(:|-A)' | sed 's/ \\[.*//'
`;

const root = await mkdtemp(join(tmpdir(), 'lab-cni-remove-'));
const results = join(root, 'cni', 'results');
const pairs = [
  ...['chain', 'FLANNEL-', 'chain', 'CNI-'],
  ...['link', 'flannel.1', 'link', 'cni0', 'link', 'never-there'],
  ...['route', '10.244.0.0/16', 'alias', 'labnet:', 'protocol', '198'],
  ...['path', join(root, 'net.d', '10-flannel.conflist'), 'path', join(root, 'run', 'flannel')],
  ...['path', join(root, 'cni', 'networks', 'cbr0'), 'path', join(root, 'nothing here')],
  ...['empty', join(root, 'cni', 'networks'), 'empty', join(root, 'net.d')],
  ...['tasks', join(root, 'tasks'), 'results', results],
];

function inNamespace(text: string): Promise<ExecResult> {
  const argv = ['unshare', '--net', 'bash', '-s', '--', ...pairs];
  return local(argv, { stdin: text, allowFailure: true });
}

/** The text between two marks. */
function part(text: string, mark: string): string[] {
  const [, rest = ''] = text.split(`== ${mark}\n`);
  return (rest.split('== ')[0] ?? '').split('\n').filter(Boolean);
}

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('guest/cni-remove.sh', () => {
  let out: ExecResult;

  beforeAll(async () => {
    const folders = ['net.d', 'run/flannel', 'cni/networks/cbr0', 'cni/results', `tasks/${alive}`];
    for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
    const files = [
      ...['net.d/10-flannel.conflist', 'net.d/87-mine.conflist', 'run/flannel/subnet.env'],
      ...['cni/networks/cbr0/10.244.1.2', `cni/results/cbr0-${dead}-eth0`],
      ...[`cni/results/cbr0-${alive}-eth0`, 'cni/results/notes'],
    ];
    for (const file of files) await writeFile(join(root, file), 'x');
    out = await inNamespace(
      `${scene}
      echo '== before'; ( ${look} )
      code=0; bash ${script} "$@" || code=$?; echo "== first"; echo "exit $code"
      echo '== after'; ( ${look} )
      code=0; bash ${script} "$@" || code=$?; echo "== second"; echo "exit $code"
      echo '== again'; ( ${look} )`,
    );
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('works, and works again when nothing is left to do', () => {
    expect(out.stderr).toBe('');
    expect(out.exitCode).toBe(0);
    expect(part(out.stdout, 'first')).toEqual(['exit 0']);
    expect(part(out.stdout, 'second')).toEqual(['exit 0']);
    expect(part(out.stdout, 'again')).toEqual(part(out.stdout, 'after'));
  });

  it('removes exactly the devices, routes, chains and rules of the network', () => {
    const before = part(out.stdout, 'before');
    const after = new Set(part(out.stdout, 'after'));
    expect(before.filter((line) => !after.has(line))).toEqual([
      'link cni0',
      'link eth1',
      'link veth1',
      'link flannel.1',
      'link eth2',
      'link eni1',
      'route 10.244.1.0/24',
      'route 10.244.2.0/24',
      'rule 512:\tfrom all to 10.244.1.9 lookup main proto 198',
      ':FLANNEL-FWD -',
      '-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD',
      '-A FORWARD -i cni0 -j DROP',
      '-A FORWARD ! -o cni0 -m comment --comment "one more" -j ACCEPT',
      '-A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT',
      ':CNI-HOSTPORT-MASQ -',
      ':FLANNEL-POSTRTG -',
      '-A POSTROUTING -j FLANNEL-POSTRTG',
      '-A POSTROUTING -g CNI-HOSTPORT-MASQ',
      '-A CNI-HOSTPORT-MASQ -j RETURN',
      '-A FLANNEL-POSTRTG -j CNI-HOSTPORT-MASQ',
    ]);
    for (const line of ['link foreign', 'route 10.244.9.0/24', '-A FORWARD -i cni01 -j DROP']) {
      expect([...after]).toContain(line);
    }
  });

  it('removes its files, and what the cache holds of dead pods', async () => {
    expect(await readdir(join(root, 'net.d'))).toEqual(['87-mine.conflist']);
    expect(await readdir(join(root, 'run'))).toEqual([]);
    expect(await readdir(join(root, 'cni'))).toEqual(['results']);
    expect((await readdir(results)).sort()).toEqual([`cbr0-${alive}-eth0`, 'notes'].sort());
  });

  it('refuses a kind that it does not know, before it removes anything', async () => {
    const refused = await inNamespace(`bash ${script} path ${results} fil x`);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toBe('unknown kind: fil\n');
    expect(await readdir(results)).toHaveLength(2);
  });

  it('is one concern in under 100 lines', async () => {
    const text = await readFile(script, 'utf8');
    expect(text.split('\n').length).toBeLessThan(100);
  });
});
