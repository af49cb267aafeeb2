import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import { commandFailed } from '../nodes/local.ts';
import type { ExecOptions, ExecResult, Node } from '../nodes/node.ts';
import { adminConf, type Api, type ApiAnswer } from './api.ts';
import type { KubeObject } from './objects.ts';
import { pathsOf } from './resources.ts';

/** What the API server says of objects, in the words of kubectl, so that every call can be repeated by hand. */
export interface Kubectl {
  /** kubectl on the control-plane node. */
  run(argv: Argv, options?: ExecOptions): Promise<ExecResult>;
  /** `kubectl get … -o json`, parsed. @throws LabError `command-failed` or `api-status` when there is no such object. */
  get<T>(argv: Argv, options?: ExecOptions): Promise<T>;
  /** Like `get`, for what may be missing: no objects, or undefined where the cluster has no such kind. */
  find(argv: Argv, options?: ExecOptions): Promise<KubeObject[] | undefined>;
  /** Server-side apply of YAML or JSON text; conflicts are taken over. */
  apply(manifest: string, options?: ExecOptions): Promise<void>;
  /** Deletes what the manifest names; objects that are gone already are no error. */
  remove(manifest: string, options?: ExecOptions): Promise<void>;
}

/** The words of a kubectl call on the control-plane node. */
export function kubectlArgv(argv: Argv): Argv {
  return ['kubectl', '--kubeconfig', adminConf, ...argv];
}

interface List {
  kind: string;
  apiVersion: string;
  items?: KubeObject[];
}

/** The API leaves kind and version out of the items of a list; kubectl, whose lists are of all kinds, puts them in. */
function itemsOf(list: List): KubeObject[] {
  if (!list.items) return [list as unknown as KubeObject];
  const left = { kind: list.kind.replace(/List$/, ''), apiVersion: list.apiVersion };
  return list.items.map((item) => ({ ...left, ...item }));
}

function parseJson<T>(text: string, argv: Argv): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new LabError('kubectl-output', `kubectl get ${argv.join(' ')} gave no JSON`, {
      details: text.slice(0, 500),
      cause,
    });
  }
}

function refused(argv: Argv, { status, text }: ApiAnswer): LabError {
  const said = /"message":\s*"([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 200);
  return new LabError('api-status', `kubectl get ${argv.join(' ')}: ${said}`, {
    why: `the API server answered with status ${status}`,
    hint: 'lab status',
  });
}

/** What kubectl says where the cluster has no such kind of object. */
const unserved = /doesn't have a resource type|no matches for kind/;

export function kubectlOn(node: Node, api: Api): Kubectl {
  const run = (argv: Argv, options?: ExecOptions): Promise<ExecResult> =>
    node.exec(kubectlArgv(argv), options);

  /** What the API server says, straight, or undefined where only kubectl knows how to ask. */
  async function ask(argv: Argv, options: ExecOptions = {}): Promise<ApiAnswer[] | undefined> {
    const paths = pathsOf(argv);
    const { timeout, signal } = options;
    const limits = { ...(timeout ? { timeout } : {}), ...(signal ? { signal } : {}) };
    return paths && Promise.all(paths.map((path) => api.ask(path, limits)));
  }

  return {
    run,
    async get<T>(argv: Argv, options?: ExecOptions): Promise<T> {
      const answers = await ask(argv, options);
      if (!answers) {
        const { stdout } = await run(['get', ...argv, '-o', 'json'], options);
        return parseJson<T>(stdout, argv);
      }
      const failed = answers.find(({ status }) => status !== 200);
      if (failed) throw refused(argv, failed);
      const lists = answers.map(({ text }) => parseJson<List>(text, argv));
      const [first] = lists;
      if (first && !first.items) return first as T;
      return { kind: 'List', apiVersion: 'v1', items: lists.flatMap(itemsOf) } as T;
    },
    async find(argv, options) {
      const answers = await ask(argv, options);
      if (!answers) {
        const words = ['get', ...argv, '-o', 'json', '--ignore-not-found'];
        const result = await run(words, { ...options, allowFailure: true });
        if (unserved.test(result.stderr)) return undefined;
        if (result.exitCode !== 0) throw commandFailed(node.name, kubectlArgv(words), result);
        return result.stdout.trim() === '' ? [] : itemsOf(parseJson<List>(result.stdout, argv));
      }
      const found = answers.filter(({ status }) => status !== 404);
      const failed = found.find(({ status }) => status !== 200);
      if (failed) throw refused(argv, failed);
      return found.flatMap(({ text }) => itemsOf(parseJson<List>(text, argv)));
    },
    async apply(manifest, options) {
      await run(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
        ...options,
        stdin: manifest,
      });
    },
    async remove(manifest, options) {
      await run(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], {
        ...options,
        stdin: manifest,
      });
    },
  };
}
