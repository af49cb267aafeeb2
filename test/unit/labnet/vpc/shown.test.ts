import { describe, expect, it } from 'vitest';
import { eniLines } from '../../../../scripts/cli/labnet-enis.ts';
import { attachmentFor } from '../../../../scripts/labnet/agent/attachment.ts';
import { enisPage } from '../../../../scripts/labnet/agent/enis.ts';
import {
  attachmentKey,
  emptyState,
  type AgentState,
} from '../../../../scripts/labnet/agent/state.ts';
import { explain } from '../../../../scripts/labnet/explain/explanation.ts';
import { explanationText } from '../../../../scripts/labnet/explain/text.ts';
import { nodeFacts } from '../../../../scripts/labnet/node/facts.ts';

const uplink = {
  link: 'enp0s8',
  address: '10.100.198.201',
  network: '10.100.198.0/24',
  mtu: 1500,
};
const config = { mode: 'vpc', iface: 'enp0s8', podSubnet: '10.244.0.0/16' } as const;
const facts = nodeFacts(config, '10.244.1.0/24', uplink);

function attachment(device: number, address: string): ReturnType<typeof attachmentFor> {
  const request = {
    containerId: 'c'.repeat(64),
    ifName: 'eth0',
    netns: '/run/netns/cni-1',
    pod: { namespace: 'default', name: 'frontend-c894f7bb7-xnx2n' },
    config: { cniVersion: '1.1.0', name: 'labnet', portMappings: [] },
  } as const;
  return {
    ...attachmentFor({ ...request, config: { ...request.config, portMappings: [] } }, facts, {
      address,
      device,
    }),
    done: true,
  };
}

const state: AgentState = {
  ...emptyState(),
  facts,
  pool: {
    enis: [
      { device: 0, primary: uplink.address, addresses: ['10.244.1.2', '10.244.1.3'], since: 0 },
      { device: 1, primary: '10.244.1.7', addresses: ['10.244.1.8'], since: 0 },
    ],
    freed: { '10.244.1.3': Date.now() },
    problem: 'the subnet is used up',
  },
  attachments: { [attachmentKey('c'.repeat(64), 'eth0')]: attachment(1, '10.244.1.8') },
};

describe('the pool as it is shown', () => {
  it('has a line for each ENI, and the reason why it cannot grow', () => {
    const lines = eniLines({ node: 'node1', state, peers: [], wiring: [] }).join('\n');
    expect(lines).toContain('ENIs of node1: 2 of 3; at most 17 pods are recommended');
    expect(lines).toMatch(
      /0 +enp0s8 +main +10\.100\.198\.201 +2: 10\.244\.1\.2 … 10\.244\.1\.3 +0 +1 +1/,
    );
    expect(lines).toMatch(/1 +labnet-eni1 +2 +10\.244\.1\.7 .* 1 +0 +0/);
    expect(lines).toContain('cannot grow: the subnet is used up');
  });

  it('is empty in the other modes', () => {
    const other = { ...state, facts: { ...facts, mode: 'overlay' as const } };
    expect(eniLines({ node: 'node1', state: other, peers: [], wiring: [] })).toEqual([]);
    expect(enisPage(other)).toEqual({});
  });

  it('has the words of AWS as JSON', () => {
    expect(enisPage(state)).toMatchObject({
      TotalIPs: 3,
      AssignedIPs: 1,
      RecommendedMaxPods: 17,
      Problem: 'the subnet is used up',
    });
  });
});

describe('the explanation of a pod', () => {
  const text = (device: number, address: string): string =>
    explanationText(
      explain({
        pod: 'default/web',
        node: 'node1',
        facts,
        attachment: attachment(device, address),
      }),
    ).replaceAll(/\s+/g, ' ');

  it('tells of the ENI, the rules and the gateway that nobody has', () => {
    const told = text(1, '10.244.1.8');
    for (const part of [
      'the first 11 hex digits of the SHA-1',
      'enife6ba1a7e11',
      "10.244.1.8 is a secondary address of ENI 1, so the pod's packets use table 2",
      'ip rule add from 10.244.1.8 lookup 2 priority 1536',
      'a gateway that nobody has: 169.254.1.1',
    ])
      expect(told).toContain(part);
    expect(told).not.toContain('labnet0');
    expect(told).not.toContain('plugged into labnet');
  });

  it('leaves out the table of an ENI where the main table does', () => {
    const told = text(0, '10.244.1.2');
    expect(told).toContain("the node's own NIC");
    expect(told).not.toContain('priority 1536');
  });
});
