import { answerTo } from '../../../scripts/labnet/agent/answer.ts';
import type { AgentContext } from '../../../scripts/labnet/agent/context.ts';
import { recover } from '../../../scripts/labnet/agent/gc.ts';
import { serve } from '../../../scripts/labnet/agent/serve.ts';
import { loadState, stateWriter } from '../../../scripts/labnet/agent/state.ts';
import type { NodeFacts } from '../../../scripts/labnet/node/facts.ts';
import { wireNode } from '../../../scripts/labnet/node/wire.ts';
import { exec } from '../../../scripts/labnet/plan/exec.ts';

/** The agent without an API server, in the namespace that it is started in. Arguments: its folder, and its facts. */
const [folder = '', facts = ''] = process.argv.slice(2);

const state = await loadState(folder);
state.facts = JSON.parse(facts) as NodeFacts;
const write = stateWriter(folder);
const context: AgentContext = {
  state,
  save: () => write(state),
  exec,
  problem: () => undefined,
  folder,
  log: (text) => console.error(text),
};
await wireNode(state.facts, exec);
await recover(context);
await serve(folder, async (call) => (await answerTo(context, call)).answer);
console.log('ready');
