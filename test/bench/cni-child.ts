import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

export interface Plugin {
  type: string;
  [field: string]: unknown;
}

/** What is called, in the namespace that this is started in: a node's. */
export interface Calls {
  /** The folder of the plugins. */
  programs: string;
  /** Lists of plugins by the names under which their times are told. */
  chains: Record<string, Plugin[]>;
  runs: number;
  /** The network namespaces of pods, by the pods' names. */
  pods: Record<string, string>;
}

/** Calls CNI plugins as containerd does, and prints milliseconds as JSON. */
const { programs, chains, runs, pods } = JSON.parse(process.argv[2] ?? '') as Calls;
const names = Object.keys(pods);

async function call(
  command: string,
  plugin: Plugin,
  pod: string,
  prevResult: unknown,
): Promise<unknown> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    CNI_COMMAND: command,
    CNI_CONTAINERID: pod,
    CNI_NETNS: `/run/netns/${pods[pod]}`,
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=one;K8S_POD_NAME=${pod}`,
    CNI_IFNAME: 'eth0',
    CNI_PATH: programs,
  };
  const child = spawn(join(programs, plugin.type), [], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stdin.end(JSON.stringify({ cniVersion: '1.0.0', name: 'bench', ...plugin, prevResult }));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${plugin.type} ${command}: ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** ADD in the order of the list, DEL in reverse with ADD's result, as the specification has it. */
async function chain(
  plugins: readonly Plugin[],
  command: 'ADD' | 'DEL',
  pod: string,
  result: unknown,
): Promise<unknown> {
  let last = result;
  for (const plugin of command === 'ADD' ? plugins : [...plugins].reverse()) {
    const answer = await call(command, plugin, pod, last);
    if (command === 'ADD') last = answer;
  }
  return last;
}

async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const value = await work();
  into.push(performance.now() - began);
  return value;
}

const samples: Record<string, number[]> = {};
// Turn by turn, so that what else the machine does meets both.
for (let run = 0; run < runs; run++) {
  for (const [title, plugins] of Object.entries(chains)) {
    const pod = names[run % names.length] ?? '';
    const result = await timed((samples[`${title}: ADD`] ??= []), () =>
      chain(plugins, 'ADD', pod, undefined),
    );
    await timed((samples[`${title}: DEL`] ??= []), () => chain(plugins, 'DEL', pod, result));
    // What a call leaves to be done afterwards is not the next one's.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
for (let run = 0; run < 5; run++) {
  for (const [title, plugins] of Object.entries(chains)) {
    const each = (samples[`${title}: ADD in a burst of ${names.length}`] ??= []);
    const results = await timed((samples[`${title}: burst of ${names.length}, whole`] ??= []), () =>
      Promise.all(names.map((pod) => timed(each, () => chain(plugins, 'ADD', pod, undefined)))),
    );
    await Promise.all(names.map((pod, i) => chain(plugins, 'DEL', pod, results[i])));
  }
}
console.log(JSON.stringify(samples));
