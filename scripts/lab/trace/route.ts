import type { TraceNode } from './place.ts';

/** What the kernel says to "where would you send this?". */
export interface RouteAnswer {
  /** The entry of the routing table that decides. */
  route?: KernelRoute;
  /** As in "Network is unreachable". */
  error?: string;
}

export interface KernelRoute {
  dst: string;
  type?: string;
  gateway?: string;
  dev?: string;
}

/** A lookup as `ip route get` does it: for a packet that came in by a link, or for one of the node's own. */
export interface RouteQuestion {
  dst: string;
  src?: string;
  iif?: string;
}

export function routeWords({ dst, src, iif }: RouteQuestion): string[] {
  return [
    ...['route', 'get', 'fibmatch', dst],
    ...(src === undefined ? [] : ['from', src]),
    ...(iif === undefined ? [] : ['iif', iif]),
  ];
}

/** Answers by where they were asked, and the question's words. */
export type RouteAnswers = ReadonlyMap<string, RouteAnswer>;

export function routeKey(place: string, question: RouteQuestion): string {
  return `${place}: ip ${routeWords(question).join(' ')}`;
}

export function routeText({ dst, type, gateway, dev }: KernelRoute): string {
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  const by = dev === undefined ? '' : ` dev ${dev}`;
  return `${type === undefined || type === 'unicast' ? '' : `${type} `}${dst}${via}${by}`;
}

export function readRouteAnswer(exitCode: number, stdout: string, stderr: string): RouteAnswer {
  if (exitCode !== 0) {
    return { error: /answers: (.*)/.exec(stderr)?.[1] ?? stderr.trim() };
  }
  const [route] = JSON.parse(stdout) as KernelRoute[];
  return route ? { route } : { error: 'no answer' };
}

export async function askRoute(
  node: TraceNode,
  enter: readonly string[],
  question: RouteQuestion,
): Promise<RouteAnswer> {
  const argv = [...enter, 'ip', '-json', ...routeWords(question)];
  const { exitCode, stdout, stderr } = await node.exec(argv, { allowFailure: true });
  return readRouteAnswer(exitCode, stdout, stderr);
}
