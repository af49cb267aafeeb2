import { LabError } from '../../base/errors.ts';
import { runGuest } from '../../nodes/guest/script.ts';
import { readCapture, type Sighting } from './capture.ts';
import { readTrace, type Pass } from './nft-trace.ts';
import type { Flow } from './packet.ts';
import type { TraceNode } from './place.ts';
import { captureFilter, controlAddress, rulesText, tablePrefix } from './rules.ts';

/** All that was seen of a connection on the nodes. */
export interface Recording {
  sightings: Sighting[];
  passes: Pass[];
}

/** After this the nodes end a recording by themselves, also when nobody is there any more to ask for it. */
const longest = 15;

interface Watch {
  /** Resolves when the recording has been seen to work. */
  ready: Promise<void>;
  /** Ends it; what it saw. */
  end: () => Promise<Recording>;
}

function watch(node: TraceNode, flow: Flow, table: string, signal?: AbortSignal): Watch {
  let pid: string | undefined;
  let begun: () => void = () => undefined;
  const recording = new Promise<void>((resolve) => (begun = resolve));
  const args = [
    ...[table, String(longest), rulesText(table, flow), captureFilter(flow), controlAddress],
  ];
  const text = runGuest(node, 'trace-watch.sh', args, {
    timeout: (longest + 15) * 1000,
    allowFailure: true,
    onLine: (line) => {
      pid ??= /^recording (\d+)$/.exec(line)?.[1];
      if (pid !== undefined) begun();
    },
  }).then(({ exitCode, stdout, stderr }) => {
    if (exitCode === 0) return stdout;
    throw new LabError('trace-failed', `${node.name} cannot record packets`, {
      details: stderr.trim().split('\n').slice(-10).join('\n'),
      hint: `lab ssh ${node.name} -- sudo nft list tables`,
    });
  });
  // Whoever waits for the text is told; before that, nobody need be alarmed.
  text.catch(() => undefined);
  const failed = text.then(() => undefined);
  return {
    ready: Promise.race([recording, failed, ...(signal ? [aborted(signal)] : [])]),
    async end() {
      await Promise.race([recording, failed]).catch(() => undefined);
      if (pid !== undefined) await node.exec(['kill', '-TERM', pid], { allowFailure: true });
      const [, traced = '', captured = ''] = (await text).split(/^== .*$/m);
      return {
        passes: readTrace(node.name, traced),
        sightings: readCapture(node.name, captured),
      };
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Records the connection on all nodes while `work` runs. In every case the nodes are asked to end it and to take away
 * what was put there.
 */
export async function watchDuring<T>(
  nodes: readonly TraceNode[],
  flow: Flow,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<[T, Recording]> {
  const born = Math.floor(Date.now() / 1000);
  const table = `${tablePrefix}${Math.floor(Math.random() * 1e9)}_${born}`;
  const watches = nodes.map((node) => watch(node, flow, table, signal));
  let done: T;
  try {
    await Promise.all(watches.map(({ ready }) => ready));
    done = await work();
  } catch (error) {
    await Promise.allSettled(watches.map(({ end }) => end()));
    throw error;
  }
  const seen = await Promise.all(watches.map(({ end }) => end()));
  return [
    done,
    {
      sightings: seen.flatMap(({ sightings }) => sightings),
      passes: seen.flatMap(({ passes }) => passes),
    },
  ];
}
