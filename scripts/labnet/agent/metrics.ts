/** Upper bounds in seconds, around what a call takes. */
const bounds = [0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.3, 0.6, 1, 5];

interface Histogram {
  counts: number[];
  sum: number;
  count: number;
}

export interface Metrics {
  called(command: string, exit: number, ms: number): void;
  /** In the text format of Prometheus. */
  text(gauges: Readonly<Record<string, number>>): string;
}

const help: Readonly<Record<string, string>> = {
  labnet_attachments: 'Pods that are connected on this node.',
  labnet_addresses_free: 'Addresses for pods that are not in use.',
  labnet_ready: '1 when a pod can be started.',
  labnet_peers: 'Other nodes that there is a way to.',
  labnet_policy_rules: 'Rules in force on this node.',
  labnet_policy_sync_seconds: 'How long the last change of policies took to be in force.',
  labnet_policy_failures_total: 'Changes of policies that the kernel refused.',
  process_resident_memory_bytes: 'Memory of the agent.',
};

export function metrics(): Metrics {
  const calls = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  return {
    called(command, exit, ms) {
      const labels = `command="${command}",result="${exit === 0 ? 'ok' : 'error'}"`;
      calls.set(labels, (calls.get(labels) ?? 0) + 1);
      const found = durations.get(command) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
      bounds.forEach((bound, i) => {
        if (ms / 1000 <= bound) found.counts[i] = (found.counts[i] ?? 0) + 1;
      });
      found.sum += ms / 1000;
      found.count++;
      durations.set(command, found);
    },
    text(gauges) {
      const lines = [
        '# HELP labnet_calls_total Calls of the container runtime.',
        '# TYPE labnet_calls_total counter',
        ...[...calls].map(([labels, count]) => `labnet_calls_total{${labels}} ${count}`),
        '# HELP labnet_call_duration_seconds From the arrival of a call to its answer.',
        '# TYPE labnet_call_duration_seconds histogram',
      ];
      for (const [command, { counts, sum, count }] of durations) {
        const name = 'labnet_call_duration_seconds';
        const label = `command="${command}"`;
        bounds.forEach((bound, i) =>
          lines.push(`${name}_bucket{${label},le="${bound}"} ${counts[i]}`),
        );
        lines.push(`${name}_bucket{${label},le="+Inf"} ${count}`);
        lines.push(`${name}_sum{${label}} ${sum}`, `${name}_count{${label}} ${count}`);
      }
      for (const [name, value] of Object.entries(gauges)) {
        const kind = name.endsWith('_total') ? 'counter' : 'gauge';
        lines.push(`# HELP ${name} ${help[name] ?? name}`, `# TYPE ${name} ${kind}`);
        lines.push(`${name} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
