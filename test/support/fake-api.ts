import type { ApiClient } from '../../scripts/labnet/api/client.ts';

export interface Thing {
  metadata: { name: string; namespace?: string; uid?: string; labels?: object };
  spec?: object;
  status?: object;
}

export interface FakeApi {
  api: ApiClient;
  say: (path: string, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Thing) => void;
  /** The paths that were read. */
  asked: string[];
}

export const paths = {
  namespaces: '/api/v1/namespaces',
  pods: '/api/v1/pods',
  policies: '/apis/networking.k8s.io/v1/networkpolicies',
};

/** An API server of three kinds, whose watches say what they are told to. */
export function fakeApi(lists: Readonly<Record<string, readonly Thing[]>>): FakeApi {
  const waiting = new Map<string, ((line: string) => void)[]>();
  const asked: string[] = [];
  const api: ApiClient = {
    get<T>(path: string) {
      const [plain = ''] = path.split('?');
      asked.push(plain);
      const items = lists[plain];
      if (items) return Promise.resolve({ metadata: { resourceVersion: '1' }, items } as T);
      const one = Object.values(lists)
        .flat()
        .find(({ metadata }) => plain.endsWith(`/${metadata.name}`));
      return one ? Promise.resolve(one as T) : Promise.reject(new Error('away'));
    },
    patch: () => Promise.resolve(),
    async *lines(path, signal) {
      const [plain = ''] = path.split('?');
      while (!signal.aborted) {
        yield await new Promise<string>((resolve, reject) => {
          waiting.set(plain, [...(waiting.get(plain) ?? []), resolve]);
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        });
      }
    },
  };
  return {
    api,
    asked,
    say(path, type, object) {
      const line = JSON.stringify({ type, object });
      for (const tell of waiting.get(path)?.splice(0) ?? []) tell(line);
    },
  };
}
