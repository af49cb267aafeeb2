import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/base/paths.ts';
import { macAddress } from '../../scripts/nodes/identity.ts';
import { hasProgram, local } from '../../scripts/nodes/local.ts';

const boot = join(projectRoot, 'scripts/guest/node/usr/local/lib/lab/node-boot.sh');
const driver = join(import.meta.dirname, 'node-boot.sh');

/** Part of the driver's output -> its lines. */
type State = Map<string, string[]>;

async function bootNode(lab: string, uplink: string, dns: string): Promise<State> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-boot-'));
  const settings = join(folder, 'node.env');
  const values = {
    LAB_ADDRESS: '10.100.198.201',
    LAB_MAC: macAddress('test', 'node1', 'lab'),
    NAT_MAC: macAddress('test', 'node1', 'nat'),
    UPLINK_MAC: macAddress('test', 'node1', 'uplink'),
    DNS_SERVER: dns,
    INTERNAL: '10.99.0.0/16',
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(settings, lines.join(''));
  try {
    const own = ['unshare', '--net', '--mount', '--uts', '--fork', '--kill-child'];
    const { stdout } = await local([...own, 'bash', driver, boot, settings, lab, uplink]);
    const parts = stdout.split('\n== ').slice(1);
    return new Map(
      parts.map((part) => {
        const [name = '', ...rest] = part.split('\n');
        return [name, rest.map((line) => line.replace(/ +/g, ' ').trim()).filter(Boolean)];
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const tools = ['unshare', 'ip', 'nft', 'jq', 'sysctl'];
const missing: string[] = [];
for (const tool of tools) if (!(await hasProgram(tool))) missing.push(tool);

async function namespaces(): Promise<string> {
  return (
    (await local(['ip', 'netns', 'list'])).stdout + (await local(['ip', '-brief', 'link'])).stdout
  );
}

describe.runIf(process.getuid?.() === 0 && missing.length === 0)('node-boot.sh', () => {
  // podman can give NICs their names; docker counts them.
  describe.each([
    ['podman', 'enp0s8', 'up0'],
    ['docker', 'eth0', 'eth1'],
  ])('after %s', (_, lab, uplink) => {
    let state: State;
    const of = (name: string): string[] | undefined => state.get(name);

    beforeAll(async () => {
      // The name server of a company may well have an address of the service range.
      state = await bootNode(lab, uplink, '10.99.0.53');
    });

    it('gives the node the two NICs of the course', () => {
      const uplinkMac = macAddress('test', 'node1', 'uplink');
      expect(
        of('first links')
          ?.map((line) => line.replace(/@\S+/, ''))
          .sort(),
      ).toEqual(
        [
          `enp0s3 ${macAddress('test', 'node1', 'nat')}`,
          `enp0s8 ${macAddress('test', 'node1', 'lab')}`,
          'lo 00:00:00:00:00:00',
          `${uplink} ${uplinkMac}`,
        ].sort(),
      );
      expect(
        of('first addresses')
          ?.map((line) => line.replace(/@\S+/, ''))
          .sort(),
      ).toEqual(['enp0s3 10.0.2.15/24', 'enp0s8 10.100.198.201/24', 'lo 127.0.0.1/8']);
    });

    it('has one default route, by the NAT', () => {
      expect(of('first routes')).toEqual([
        'default via 10.0.2.2 dev enp0s3',
        '10.0.2.0/24 dev enp0s3 proto kernel scope link src 10.0.2.15',
        '10.100.198.0/24 dev enp0s8 proto kernel scope link src 10.100.198.201',
      ]);
    });

    it('has a gateway that is the way out', () => {
      expect(
        of('first gateway links')
          ?.map((line) => line.replace(/@\S+/, ''))
          .sort(),
      ).toEqual(['gw0', 'lo', 'up1']);
      expect(
        of('first gateway addresses')
          ?.map((line) => line.replace(/@\S+/, ''))
          .sort(),
      ).toEqual(['gw0 10.0.2.2/24 10.0.2.3/24', 'lo 127.0.0.1/8', 'up1 10.89.7.2/24']);
      expect(of('first gateway routes')).toEqual([
        'default via 10.89.7.1 dev up1',
        '10.0.2.0/24 dev gw0 proto kernel scope link src 10.0.2.2',
        '10.89.7.0/24 dev up1 proto kernel scope link src 10.89.7.2',
      ]);
      expect(of('first gateway rules')).toEqual([
        'table ip nat {',
        'chain out {',
        'type nat hook postrouting priority srcnat; policy accept;',
        'oifname "up1" masquerade',
        '}',
        'chain dns {',
        'type nat hook prerouting priority dstnat; policy accept;',
        'ip daddr 10.0.2.3 meta l4proto { tcp, udp } th dport 53 dnat to 10.99.0.53',
        '}',
        'chain inside {',
        'type filter hook forward priority filter; policy accept;',
        'iifname "gw0" ct original ip daddr 10.99.0.0/16 reject with icmp host-unreachable',
        '}',
        '}',
      ]);
      expect([of('first gateway forwards'), of('first forwards')]).toEqual([['1'], ['1']]);
    });

    it('reaches the world as the engine would, and the lab as itself', () => {
      expect(of('seen over nat')).toEqual(['::ffff:10.89.7.2']);
      expect(of('seen over lab')).toEqual(['::ffff:10.100.198.201']);
      expect(of('seen inside')).toEqual(['EHOSTUNREACH', 'nothing']);
      expect(of('dns')).toEqual(['name server, asked by 10.89.7.2']);
    });

    it('tells kubelet and kubeadm what they have to know', () => {
      expect(of('first kubelet')).toEqual(['KUBELET_EXTRA_ARGS=--node-ip=10.100.198.201']);
      expect(of('first resolver')).toEqual(['nameserver 10.0.2.3']);
      // A learner's own setting outlives the next boot.
      expect(of('own kubelet')).toEqual(['KUBELET_EXTRA_ARGS=--v=4']);
      expect(of('first names')).toEqual(['node1', '10.100.198.201 node1', 'node1']);
      expect(of('own names')).toEqual(['renamed', '10.100.198.201 another', 'renamed']);
      expect(of('first kubeadm')).toEqual(['/usr/local/lib/lab/kubeadm-in-container.sh']);
    });

    it('puts back what a saved node had in /run, once', () => {
      expect(of('saved files')).toEqual(['FLANNEL_MTU=1450', 'booted']);
    });

    it('changes nothing when it runs again', () => {
      const first = [...state].filter(([name]) => name.startsWith('first '));
      expect(first.length).toBe(13);
      for (const [name, lines] of first) {
        expect([name, of(name.replace('first', 'second'))]).toEqual([name, lines]);
      }
    });
  });

  it('leaves DNS alone where the host has none, and nothing on this machine', async () => {
    const before = await namespaces();
    const state = await bootNode('enp0s8', 'up0', '');
    expect(state.get('first gateway rules')?.join(' ')).toBe(
      'table ip nat { chain out { type nat hook postrouting priority srcnat; policy accept; oifname "up1" masquerade } chain inside { type filter hook forward priority filter; policy accept; iifname "gw0" ct original ip daddr 10.99.0.0/16 reject with icmp host-unreachable } }',
    );
    expect(state.get('dns')).toEqual(['nothing']);
    // Labs may come and go on this machine meanwhile, so only the names of this test are looked for.
    for (const name of ['natgw', 'outside', 'labside', 'natside', 'enp0s8']) {
      const count = (text: string): number => text.split(name).length;
      expect([name, count(await namespaces())]).toEqual([name, count(before)]);
    }
  });
});
