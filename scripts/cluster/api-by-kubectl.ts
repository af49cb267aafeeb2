import type { Node } from '../nodes/node.ts';
import type { Api } from './api.ts';
import { kubectlArgv } from './kubectl.ts';

const statuses: readonly (readonly [RegExp, number])[] = [
  [/\(NotFound\)/, 404],
  [/\(AlreadyExists\)|\(Conflict\)/, 409],
];

/** The API of a cluster that this host has no way to: each question is a kubectl on the node. */
export function apiByKubectl(controlPlane: Node): Api {
  return {
    async ask(path, { method = 'GET', body, timeout, signal } = {}) {
      const verb = { GET: 'get', POST: 'create', DELETE: 'delete' }[method];
      const input = body ? ['--filename', '-'] : [];
      const result = await controlPlane.exec(kubectlArgv([verb, '--raw', path, ...input]), {
        ...(body ? { stdin: JSON.stringify(body) } : {}),
        ...(timeout === undefined ? {} : { timeout }),
        ...(signal === undefined ? {} : { signal }),
        allowFailure: true,
      });
      if (result.exitCode === 0) return { status: 200, text: result.stdout };
      const found = statuses.find(([pattern]) => pattern.test(result.stderr));
      return { status: found?.[1] ?? 503, text: result.stderr };
    },
  };
}
