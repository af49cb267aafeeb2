import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { messageOf } from '../../base/errors.ts';
import { sleep } from '../../base/until.ts';
import { apiClient, type ApiClient } from '../api/client.ts';
import { watch } from '../api/watch.ts';
import { addressAnnotation, folders, type LabnetConfig } from '../config.ts';
import { nodeFacts, type NodeFacts, type Peer } from '../node/facts.ts';
import { uplinkOf } from '../node/uplink.ts';
import { wireNode } from '../node/wire.ts';
import { peerPlan } from '../node/wiring.ts';
import { exec } from '../plan/exec.ts';
import { lookAt } from '../plan/look.ts';
import { newPool } from '../vpc/pool.ts';
import { podAddresses, roomOf } from './addresses.ts';
import { answerTo } from './answer.ts';
import type { AgentContext } from './context.ts';
import { enisPage } from './enis.ts';
import { collect, recover } from './gc.ts';
import { keepPolicies } from './policies.ts';
import { serveHttp } from './http.ts';
import { installConflist, installShim } from './install.ts';
import { keepPool, tellHeld } from './keep-pool.ts';
import { metrics } from './metrics.ts';
import { peerOf, peerSync, type ApiNode } from './peers.ts';
import { serve } from './serve.ts';
import { loadState, stateWriter } from './state.ts';
import { subnetFor } from './subnet.ts';

const nodeName = process.env['NODE_NAME'] ?? hostname();
const configFile = process.env['LABNET_CONFIG'] ?? '/etc/labnet/config.json';
const collectEvery = 60_000;

function log(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`);
}

/** Tries again until it works: the API server, or this node's pod range, may not be there yet. */
async function patiently<T>(
  what: string,
  work: () => Promise<T>,
  problem: (text: string) => void,
): Promise<T> {
  for (let pause = 100; ; pause = Math.min(pause * 2, 3_000)) {
    try {
      return await work();
    } catch (error) {
      problem(`${what}: ${messageOf(error)}`);
      log(`${what}: ${messageOf(error)}`);
      await sleep(pause);
    }
  }
}

/** This node's part of the pod network, from its Node object and its NICs. */
async function learnFacts(api: ApiClient, config: LabnetConfig): Promise<NodeFacts> {
  const node = await api.get<ApiNode>(`/api/v1/nodes/${nodeName}`);
  const range = node.spec.podCIDR;
  if (range === undefined) {
    throw new Error('the controller manager has not given it a pod range (spec.podCIDR) yet');
  }
  return nodeFacts(config, range, uplinkOf(await lookAt(exec), config.iface));
}

async function main(): Promise<void> {
  const config = JSON.parse(await readFile(configFile, 'utf8')) as LabnetConfig;
  const state = await loadState();
  const write = stateWriter();
  const counted = metrics();
  const api = await apiClient({
    host: process.env['KUBERNETES_SERVICE_HOST'] ?? '',
    port: Number(process.env['KUBERNETES_SERVICE_PORT']),
  });
  // The agent watches until it is ended.
  const { signal } = new AbortController();
  const policies = keepPolicies({
    api,
    exec,
    nodeName,
    localAddresses: () => podAddresses(state),
    log,
    signal,
  });
  let problem: string | undefined = 'the agent is starting';
  const context: AgentContext = {
    state,
    save: () => write(state),
    exec,
    problem: () => problem,
    policy: policies,
    folder: folders.run,
    log,
  };

  let peers = 0;
  await serveHttp({
    unready: () => problem,
    enis: () => enisPage(state),
    metrics: () => {
      const used = Object.keys(state.attachments).length;
      return counted.text({
        labnet_ready: problem === undefined ? 1 : 0,
        labnet_attachments: used,
        labnet_addresses_free: state.facts ? roomOf(state, state.facts) - used : 0,
        labnet_peers: peers,
        labnet_policy_rules: policies.figures().rules,
        labnet_policy_sync_seconds: policies.figures().seconds,
        labnet_policy_failures_total: policies.figures().failures,
        process_resident_memory_bytes: process.memoryUsage.rss(),
      });
    },
  });
  await recover(context);
  await installShim();
  await serve(folders.run, async (call) => {
    const begin = performance.now();
    const { command, answer } = await answerTo(context, call);
    counted.called(command, answer.exit, performance.now() - begin);
    if (answer.exit !== 0) log(`${command}: ${answer.stdout.trim()}`);
    void context.grow?.();
    return answer;
  });

  const waiting = (text: string): void => void (problem = text);
  // After a crash the old facts serve at once, so that pods can start even while the API server is away.
  const old = state.facts;
  if (old) {
    await patiently('wiring this node', () => wireNode(old, exec, state.pool?.enis), waiting);
    problem = undefined;
  }
  const facts = await patiently(
    `node ${nodeName}`,
    () => learnFacts(api, config),
    old ? () => undefined : waiting,
  );
  state.facts = facts;
  if (facts.mode === 'vpc') state.pool ??= newPool(facts.uplink.address, Date.now());
  else Reflect.deleteProperty(state, 'pool');
  await context.save();
  await patiently('wiring this node', () => wireNode(facts, exec, state.pool?.enis), waiting);
  const own = { metadata: { annotations: { [addressAnnotation]: facts.uplink.address } } };
  await patiently(
    'telling the address',
    () => api.patch(`/api/v1/nodes/${nodeName}`, own),
    waiting,
  );

  const sync = peerSync((peer) => peerPlan(facts, peer, state.pool?.enis), exec, log);
  let ready: (() => void) | undefined;
  const firstSync = new Promise<void>((resolve) => (ready = resolve));
  void watch<ApiNode, Peer | undefined>(api, {
    path: '/api/v1/nodes',
    keep: peerOf,
    onChange(nodes) {
      const others = [...nodes.values()].filter(
        (peer): peer is Peer => peer !== undefined && peer.name !== nodeName,
      );
      peers = others.length;
      sync.update(others).then(ready, (error: unknown) => log(`peers: ${messageOf(error)}`));
    },
    onProblem: (text) => text !== undefined && log(`API server: ${text}`),
    signal,
  });
  await Promise.all([firstSync, policies.inForce]);
  if (facts.mode === 'vpc') {
    const subnet = subnetFor(api, nodeName, facts.vpc);
    await patiently('telling the addresses', () => tellHeld(context, subnet), log);
    await keepPool({ context, subnet, again: () => sync.again() });
  }
  await installConflist();
  problem = undefined;
  log(
    `ready: ${facts.mode}, pods of this node in ${facts.range}, by ${facts.uplink.link} ${facts.uplink.address}`,
  );

  // What this process leaves is meant to stay: pods keep their network while the agent is replaced.
  for (const end of ['SIGTERM', 'SIGINT'] as const) process.once(end, () => process.exit(0));
  let gone: Set<string> = new Set();
  for (;;) {
    await sleep(collectEvery);
    gone = await collect(context, gone).catch((error: unknown) => {
      log(`collecting: ${messageOf(error)}`);
      return gone;
    });
  }
}

await main();
