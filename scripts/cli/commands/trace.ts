import { exitCode } from '../../base/errors.ts';
import { traceBetween, type TraceOptions } from '../../lab/trace/between.ts';
import type { CommandContext } from '../context.ts';
import { withRunning } from '../running.ts';
import { json, paint, say } from '../print.ts';
import { traceText } from '../trace-text.ts';

type Options = Pick<TraceOptions, 'namespace' | 'port' | 'protocol'>;

/** `lab trace FROM TO`: exit code 1 when the packet did not arrive or no answer came back. */
export async function run(
  [from = '', to = '']: readonly string[],
  { namespace, port, protocol }: Options,
  context: CommandContext,
): Promise<number> {
  const { signal } = context;
  return withRunning(await context.loadConfig(), async ({ cluster, provider }) => {
    const states = await provider.states();
    const nodes = cluster.nodes.filter(({ name }) => states.get(name) === 'running');
    if (!context.json && process.stderr.isTTY)
      say(paint('dim', 'sending a packet and watching it on all nodes …'), process.stderr);
    const given = Object.fromEntries(
      Object.entries({ namespace, port, protocol }).filter(([, value]) => value !== undefined),
    );
    const trace = await traceBetween({ ...cluster, nodes }, { from, to, signal, ...given });
    if (context.json) json(trace);
    else say(traceText(trace));
    return trace.verdict.answered ? exitCode.ok : exitCode.failed;
  });
}
