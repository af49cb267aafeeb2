import { describe, expect, it } from 'vitest';
import { exerciseFunctions } from '../../scripts/exercises/functions.ts';
import { local } from '../../scripts/nodes/local.ts';

/** Runs a script with the functions of exercises, as a node of its own with no link and no namespace. */
async function onNode(script: string): Promise<string> {
  const own = `
    mkdir -p /run/netns; mount -t tmpfs none /run/netns
    set -eu
    ${script}`;
  const env = { ...(await exerciseFunctions()), LAB_SUFFIX: 'abcd' };
  const isolated = ['unshare', '--net', '--mount', '--propagation', 'private'];
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return (await local(['env', ...set, ...isolated, 'bash', '-c', own])).stdout;
}

const setUp = `
  set_up() {
    add_bridge hall; add_netns lab-here; add_netns lab-there net.ipv4.ip_forward=1
    plug lab-here hall 192.0.2.1/24; plug lab-there hall 192.0.2.2/24 eth1 hall-2
  }
  links() { ip -j link show | jq -r '.[].ifname'; ls /run/netns; }`;

describe.runIf(process.getuid?.() === 0)('network namespaces of an exercise', () => {
  it('reach each other over a switch', async () => {
    const said = await onNode(`${setUp}
      set_up
      ip netns exec lab-here ping -n -c 1 -W 2 192.0.2.2
      ip netns exec lab-there sysctl net.ipv4.ip_forward net.ipv6.conf.eth1.disable_ipv6`);
    expect(said).toContain('1 received');
    expect(said).toMatch(/ip_forward = 1\n.*disable_ipv6 = 1/);
  });

  it('have the same MAC addresses each time, and different ones', async () => {
    const said = await onNode(`${setUp}
      macs() { set_up; for at in lab-here lab-there; do ip -j -n $at link show type veth | jq -r '.[].address'; done; }
      macs; delete_netns lab-here lab-there; delete_links hall; macs`);
    const [here, there, ...again] = said.trim().split('\n');
    expect(here).not.toBe(there);
    expect(again).toEqual([here, there]);
  });

  it('go with their processes, links and files, and may be gone already', async () => {
    const said = await onNode(`${setUp}
      mkdir -p /etc/netns; mount -t tmpfs none /etc/netns; mkdir /etc/netns/lab-here
      before=$(links); set_up
      ip link add loose-1 type veth peer name loose-2
      ip netns exec lab-here sleep 1000 & sleep 0.1
      for time in first second; do
        delete_netns lab-here lab-there
        delete_loose_veths
        delete_links hall loose-1
      done
      [ "$(links)" = "$before" ] && ls /etc/netns && ! wait $! && echo clean`);
    expect(said).toBe('clean\n');
  });

  it('are not said to be gone when a link stays', async () => {
    const kept = onNode(`
      ip() { case $* in 'link delete'*) echo busy >&2; return 2 ;; *) command ip "$@" ;; esac; }
      add_bridge hall; delete_links hall; echo gone`);
    await expect(kept).rejects.toMatchObject({ details: 'hall stays: busy' });
  });
});
