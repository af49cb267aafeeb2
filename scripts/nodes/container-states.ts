import type { Engine } from './engine.ts';
import type { NodeState } from './provider.ts';

/** What the engines call a container's state -> what it means here. */
function nodeState(text: string): NodeState {
  if (/paused/i.test(text)) return 'frozen';
  // podman 4 says "Up 5 minutes ago" here, docker and podman 5 "running".
  return /^(running|up )/i.test(text) ? 'running' : 'stopped';
}

/**
 * All containers with a label, and their states.
 * @param label as in "name=value"
 */
export async function containerStates(
  engine: Engine,
  label: string,
): Promise<Map<string, NodeState>> {
  const filter = ['--filter', `label=${label}`];
  const { stdout } = await engine.run([
    ...['ps', '--all', ...filter, '--format', '{{.Names}}\t{{.State}}'],
  ]);
  const lines = stdout.split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [container = '', state = ''] = line.split('\t');
      return [container, nodeState(state)];
    }),
  );
}
