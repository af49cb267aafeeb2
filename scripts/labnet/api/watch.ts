import { messageOf } from '../../base/errors.ts';
import { sleep } from '../../base/until.ts';
import { ApiError, type ApiClient } from './client.ts';

export interface ApiObject {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string };
}

interface List<T> {
  metadata: { resourceVersion: string; continue?: string };
  items: T[];
}

type Event<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T }
  | { type: 'ERROR'; object: { code?: number; message?: string } };

export interface WatchOptions<S> {
  /** As in "/api/v1/pods"; `query` such as a field selector comes without "?". */
  path: string;
  query?: string;
  /** What is kept of an object; the rest is forgotten at once, to keep the agent small. */
  keep: (object: never) => S;
  /** All that there is, by "namespace/name", after the first list and after every change. */
  onChange: (objects: ReadonlyMap<string, S>) => void;
  /** The API server is away, or back (undefined). */
  onProblem: (problem: string | undefined) => void;
  signal: AbortSignal;
}

function keyOf({ metadata }: ApiObject): string {
  return metadata.namespace === undefined
    ? metadata.name
    : `${metadata.namespace}/${metadata.name}`;
}

async function listAll<T>(client: ApiClient, path: string, query: string): Promise<List<T>> {
  const items: T[] = [];
  let next = '';
  for (;;) {
    const page: List<T> = await client.get(`${path}?limit=500${query}${next}`);
    items.push(...page.items);
    if (!page.metadata.continue) return { ...page, items };
    next = `&continue=${encodeURIComponent(page.metadata.continue)}`;
  }
}

/**
 * Keeps a copy of all objects of one kind: a list, then a watch from the list's resourceVersion on, and anew from
 * where it ended, until the signal aborts. What was known stays known while the server is away.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function watch<T extends ApiObject, S>(
  client: ApiClient,
  options: WatchOptions<S>,
): Promise<void> {
  const { path, signal, onChange, onProblem } = options;
  const query = options.query === undefined ? '' : `&${options.query}`;
  const keep = options.keep as (object: T) => S;
  let version: string | undefined;
  let objects = new Map<string, S>();
  let pause = 0;

  /** @returns the version to go on from. */
  function take(event: Event<T>): string | undefined {
    if (event.type === 'ERROR') {
      throw new ApiError(event.object.code ?? 0, event.object.message ?? 'the watch ended');
    }
    const { object } = event;
    if (event.type !== 'BOOKMARK') {
      if (event.type === 'DELETED') objects.delete(keyOf(object));
      else objects.set(keyOf(object), keep(object));
      onChange(objects);
    }
    return object.metadata.resourceVersion;
  }

  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await listAll<T>(client, path, query);
        objects = new Map(list.items.map((item) => [keyOf(item), keep(item)]));
        version = list.metadata.resourceVersion;
        onProblem(undefined);
        onChange(objects);
      }
      const from = `?watch=1&allowWatchBookmarks=true&timeoutSeconds=600&resourceVersion=${version}${query}`;
      for await (const line of client.lines(`${path}${from}`, signal)) {
        if (line !== '') version = take(JSON.parse(line) as Event<T>) ?? version;
        pause = 0;
      }
      onProblem(undefined);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 410) version = undefined;
      else onProblem(messageOf(error));
    }
    // A quick end of many watches in a row must not become a storm.
    await sleep(pause + Math.random() * 100, signal).catch(() => undefined);
    pause = Math.min(pause === 0 ? 200 : pause * 2, 5_000);
  }
}
