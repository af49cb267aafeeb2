import { readFile } from 'node:fs/promises';
import { podAddresses } from '../../../scripts/labnet/agent/addresses.ts';
import { answerTo } from '../../../scripts/labnet/agent/answer.ts';
import type { AgentContext } from '../../../scripts/labnet/agent/context.ts';
import { recover } from '../../../scripts/labnet/agent/gc.ts';
import { keepPool } from '../../../scripts/labnet/agent/keep-pool.ts';
import { peerSync } from '../../../scripts/labnet/agent/peers.ts';
import { keepPolicies, type Policies } from '../../../scripts/labnet/agent/policies.ts';
import { serve } from '../../../scripts/labnet/agent/serve.ts';
import { loadState, stateWriter } from '../../../scripts/labnet/agent/state.ts';
import { endless } from '../../../scripts/labnet/agent/subnet.ts';
import type { NodeFacts, Peer } from '../../../scripts/labnet/node/facts.ts';
import { wireNode } from '../../../scripts/labnet/node/wire.ts';
import { peerPlan } from '../../../scripts/labnet/node/wiring.ts';
import { exec } from '../../../scripts/labnet/plan/exec.ts';
import { newPool } from '../../../scripts/labnet/vpc/pool.ts';
import { fakeApi, paths } from '../../support/fake-api.ts';
import type { Objects } from '../../support/random-policies.ts';

/**
 * The agent without an API server, in the namespace that it is started in. Arguments: its folder, facts, peers and, for
 * policies, a file with objects of the API.
 */
const [folder = '', factsText = '', peersText = '[]', objectsFile] = process.argv.slice(2);

const facts = JSON.parse(factsText) as NodeFacts;
const state = await loadState(folder);
state.facts = facts;
if (facts.mode === 'vpc') state.pool ??= newPool(facts.uplink.address, Date.now());
const write = stateWriter(folder);
const context: AgentContext = {
  state,
  save: () => write(state),
  exec,
  problem: () => undefined,
  folder,
  log: (text) => console.error(text),
};
if (objectsFile !== undefined) context.policy = await policiesOf(objectsFile);
await recover(context);
await wireNode(facts, exec, state.pool?.enis);
const sync = peerSync((peer) => peerPlan(facts, peer, state.pool?.enis), exec, context.log);
await sync.update(JSON.parse(peersText) as Peer[]);
if (facts.mode === 'vpc') {
  await keepPool({ context, subnet: endless, again: () => sync.again() });
}
await serve(folder, async (call) => {
  const { answer } = await answerTo(context, call);
  void context.grow?.();
  return answer;
});
console.log('ready');

async function policiesOf(file: string): Promise<Policies> {
  const { namespaces, pods, policies } = JSON.parse(await readFile(file, 'utf8')) as Objects;
  const lists = { [paths.namespaces]: namespaces, [paths.pods]: pods, [paths.policies]: policies };
  const keeper = keepPolicies({
    api: fakeApi(lists).api,
    exec,
    nodeName: 'node-1',
    localAddresses: () => podAddresses(state),
    log: context.log,
    signal: new AbortController().signal,
  });
  await keeper.inForce;
  return keeper;
}
