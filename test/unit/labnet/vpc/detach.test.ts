import { expect, it } from 'vitest';
import { attachmentFor } from '../../../../scripts/labnet/agent/attachment.ts';
import type { AgentContext } from '../../../../scripts/labnet/agent/context.ts';
import { detach } from '../../../../scripts/labnet/agent/del.ts';
import { attachmentKey, emptyState } from '../../../../scripts/labnet/agent/state.ts';
import { nodeFacts } from '../../../../scripts/labnet/node/facts.ts';
import type { Exec } from '../../../../scripts/labnet/plan/exec.ts';

const uplink = { link: 'enp0s8', address: '10.100.198.201', network: '10.100.198.0/24', mtu: 1500 };
const config = { mode: 'vpc', iface: 'enp0s8', podSubnet: '10.244.0.0/16' } as const;
const facts = nodeFacts(config, '10.244.1.0/24', uplink);
const request = {
  containerId: 'old',
  ifName: 'eth0',
  netns: '/run/netns/old',
  pod: { namespace: 'default', name: 'db-0' },
  config: { cniVersion: '1.1.0' as const, name: 'labnet', portMappings: [] },
};

it('two calls that take the same pod away share the work, and its address cools down', async () => {
  const sent: string[] = [];
  const exec: Exec = async (_, stdin = '') => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    sent.push(stdin.trim());
    return { code: 0, stdout: '', stderr: '' };
  };
  const address = '10.244.1.8';
  const pool = { enis: [{ device: 1, primary: 'p', addresses: [address], since: 0 }], freed: {} };
  const attachment = { ...attachmentFor(request, facts, { address, device: 1 }), done: true };
  const attachments = { [attachmentKey('old', 'eth0')]: attachment };
  const context: AgentContext = {
    state: { ...emptyState(), facts, pool, attachments },
    save: () => Promise.resolve(),
    exec,
    problem: () => undefined,
    folder: '/nowhere',
    log: () => undefined,
  };
  await Promise.all([detach(context, 'old', 'eth0'), detach(context, 'old', 'eth0')]);
  expect(sent).toEqual([
    'rule delete from 10.244.1.8 lookup 2 priority 1536 protocol 198',
    'rule delete to 10.244.1.8 lookup main priority 512 protocol 198',
    `link delete ${attachment.wiring.hostLink}`,
  ]);
  expect(Object.keys(pool.freed)).toEqual([address]);
  // Afterwards nobody knows of it, and the name may be another pod's: it is left alone.
  sent.length = 0;
  await detach(context, 'old', 'eth0');
  expect(sent.join()).not.toContain(attachment.wiring.hostLink);
});
