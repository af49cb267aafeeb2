import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { labnetManifest, labnetObjects } from '../../../scripts/cluster/cni/labnet.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';

async function agentConfig(labnet: object): Promise<unknown> {
  const { settings } = fakeCluster();
  const facts = {
    settings: { ...settings, cni: { ...settings.cni, labnet } },
    apiServer: { host: '10.100.198.200', port: 6443 },
    slowness: 1,
  };
  const objects = labnetObjects(await readFile(labnetManifest, 'utf8'), facts, 'agent');
  const found = objects.find(({ metadata }) => metadata.name === 'labnet-config');
  const { data } = found as unknown as { data: Record<string, string> };
  return JSON.parse(data['config.json'] ?? '');
}

describe('what the agents of labnet are told', () => {
  it('is the mode, the NIC and the range of all pods', async () => {
    const config = { mode: 'overlay', iface: 'enp0s8', podSubnet: '10.244.0.0/16' };
    expect(await agentConfig({})).toEqual(config);
    expect(await agentConfig({ mode: 'host-gw', iface: 'eth7' })).toEqual({
      ...config,
      mode: 'host-gw',
      iface: 'eth7',
    });
  });

  it('has the options of the mode vpc, with their defaults', async () => {
    expect(await agentConfig({ mode: 'vpc', vpc: { warmIp: 2, subnetSize: 24 } })).toMatchObject({
      mode: 'vpc',
      vpc: { warmEni: 1, warmIp: 2, enis: 3, addressesPerEni: 6, subnetSize: 24 },
    });
  });
});
