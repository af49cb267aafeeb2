import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labConfig } from '../support/lab-config.ts';
import type { TestLab } from '../support/lab.ts';
import { add, type Samples } from './measure.ts';

/** Pod networks, side by side those that are to be compared, and what they are in lab.yaml. */
const networks: Record<string, Record<string, unknown>> = {
  'flannel vxlan': { 'cni.name': 'flannel', 'cni.flannel.backend': 'vxlan' },
  'labnet overlay': { 'cni.name': 'labnet', 'cni.labnet.mode': 'overlay' },
  'flannel host-gw': { 'cni.name': 'flannel', 'cni.flannel.backend': 'host-gw' },
  'labnet host-gw': { 'cni.name': 'labnet', 'cni.labnet.mode': 'host-gw' },
  'labnet vpc': { 'cni.name': 'labnet', 'cni.labnet.mode': 'vpc' },
};

const seconds = 5;

function pod(name: string, node: string, command: readonly string[]): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          ...{ name: 'iperf', command, imagePullPolicy: 'Never' },
          image: 'docker.io/wbitt/network-multitool:latest',
        },
      ],
    },
  };
}

/** Resident memory of the network's agent on a node, in MiB. */
async function agentMemory(lab: TestLab): Promise<number> {
  const words = ['ssh', 'node1', '--', 'ps', '-A', '-o', 'rss=,args='];
  const lines = (await lab.ok(words)).stdout.split('\n');
  const agents = lines.filter((line) => /flanneld --ip-masq|agent\.mjs/.test(line));
  return agents.reduce((sum, line) => sum + Number.parseInt(line, 10), 0) / 1024;
}

async function measure(lab: TestLab, title: string, runs: number, into: Samples): Promise<void> {
  const items = [
    pod('server', 'node2', ['iperf3', '-s']),
    pod('same', 'node2', ['sleep', '1d']),
    pod('cross', 'node1', ['sleep', '1d']),
  ];
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await lab.run(['kubectl', 'apply', '-f', '-'], { stdin });
  await lab.ok(['kubectl', 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s']);
  const path = ['-o', 'jsonpath={.status.podIP}'];
  const { stdout: address } = await lab.ok(['kubectl', 'get', 'pod', 'server', ...path]);
  for (let run = 0; run < runs; run++) {
    for (const from of ['cross', 'same']) {
      const words = ['iperf3', '-c', address, '-t', String(seconds), '--json'];
      const { stdout } = await lab.ok(['kubectl', 'exec', from, '--', ...words]);
      const { end } = JSON.parse(stdout) as { end: { sum_received: { bits_per_second: number } } };
      add(into, `${title}: ${from} node, Gbit/s`, end.sum_received.bits_per_second / 1e9);
    }
  }
  add(into, `${title}: agent, MiB`, await agentMemory(lab));
}

/** Throughput from pod to pod over TCP, on one node and across two, for each pod network in turn, `rounds` times. */
export async function benchNet(lab: TestLab, rounds: number): Promise<Samples> {
  const samples: Samples = new Map();
  const folder = await mkdtemp(join(tmpdir(), 'lab-bench-'));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [title, cni] of Object.entries(networks)) {
        const file = await labConfig(folder, cni);
        await lab.run(['down', '--purge']);
        await lab.ok(['up', '--config', file, '--network', lab.network]);
        await measure(lab, title, 3, samples);
        console.log(`round ${round + 1} of ${rounds}: ${title}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
    await lab.run(['down', '--purge']);
  }
  return samples;
}
