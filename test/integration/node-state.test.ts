import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/base/paths.ts';
import { local } from '../../scripts/nodes/local.ts';

const script = join(projectRoot, 'scripts/guest/node-state.sh');

/** A node's state, from a network namespace with one NIC that has this address. */
async function stateWith(address: string, ...lifetime: string[]): Promise<string> {
  const setUp = `
    ip link add mgmt0 type veth peer name other
    ip link set mgmt0 up; ip link set other up
    ip address add "$2" dev mgmt0 "\${@:3}"
    ip route add default via 192.168.121.1 src "\${2%/*}"
    # The files of this machine are many, and say nothing here.
    find() { :; }; export -f find
    bash "$1" 2>/dev/null`;
  const own = ['unshare', '--net', 'bash', '-c', setUp, 'bash'];
  const { stdout } = await local([...own, script, address, ...lifetime]);
  const told = stdout.split('\n').filter((line) => /^(addresses|routes|listeners)\t/.test(line));
  return told.join('\n');
}

describe.runIf(process.getuid?.() === 0)("a node's state", () => {
  const lease = ['valid_lft', '3600', 'preferred_lft', '3600'];

  it('tells that a DHCP server gave an address, not which', async () => {
    const state = await stateWith('192.168.121.4/24', ...lease);
    expect(state).toContain('addresses\tmgmt0 DHCP/24');
    expect(state).toContain('default via 192.168.121.1 dev mgmt0 src DHCP');
    expect(await stateWith('192.168.121.57/24', ...lease)).toBe(state);
  });

  it('tells the address that somebody has set', async () => {
    expect(await stateWith('192.168.121.4/24')).toContain('addresses\tmgmt0 192.168.121.4/24');
  });
});
