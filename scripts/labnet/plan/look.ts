import type { Exec } from './exec.ts';
import type { Plan } from './step.ts';
import type {
  Seen,
  SeenForwarding,
  SeenLink,
  SeenNamespace,
  SeenNeighbour,
  SeenRoute,
  SeenRule,
} from './seen.ts';

async function json<T>(
  exec: Exec,
  netns: string | undefined,
  words: readonly string[],
  tool = 'ip',
): Promise<T[]> {
  const inside = netns === undefined ? [] : ['-n', netns];
  const { code, stdout, stderr } = await exec([tool, ...inside, '-json', ...words]);
  if (code !== 0) throw new Error(stderr.trim());
  return JSON.parse(stdout.trim() === '' ? '[]' : stdout) as T[];
}

/** What a namespace has; without a name, the node's own. */
export async function lookAt(exec: Exec, netns?: string): Promise<SeenNamespace> {
  const [links, all, neighbours, forwarding, rules] = await Promise.all([
    json<SeenLink>(exec, netns, ['-details', 'address', 'show']),
    json<SeenRoute>(exec, netns, ['-4', 'route', 'show', 'table', 'all']),
    json<SeenNeighbour>(exec, netns, ['-4', 'neighbour', 'show', 'nud', 'all']),
    json<SeenForwarding>(exec, netns, ['fdb', 'show'], 'bridge'),
    json<SeenRule>(exec, netns, ['-4', 'rule', 'show']),
  ]);
  const routes = all.filter(({ table }) => table === undefined);
  const otherRoutes = all.filter(({ table }) => table !== undefined && table !== 'local');
  return { links, routes, otherRoutes, neighbours, forwarding, rules };
}

/** What is wrong with each step of a plan that was carried out earlier. */
export function problemsOf(
  plan: Plan,
  seen: Seen,
): { step: string; problem: string; show: string }[] {
  return plan.flatMap(({ id, verify }) => {
    const problem = verify?.problem(seen);
    return verify && problem !== undefined ? [{ step: id, problem, show: verify.show }] : [];
  });
}
