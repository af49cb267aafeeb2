import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import type { ExecOptions, ExecResult, Node } from '../nodes/node.ts';

const admin = '/etc/kubernetes/admin.conf';

/** kubectl on the control-plane node, so that every call can be repeated there by hand. */
export interface Kubectl {
  run(argv: Argv, options?: ExecOptions): Promise<ExecResult>;
  /** `kubectl get … -o json`, parsed. */
  get<T>(argv: Argv, options?: ExecOptions): Promise<T>;
  /** Server-side apply of YAML or JSON text; conflicts are taken over. */
  apply(manifest: string, options?: ExecOptions): Promise<void>;
  /** Deletes what the manifest names; objects that are gone already are no error. */
  remove(manifest: string, options?: ExecOptions): Promise<void>;
}

/** The words of a kubectl call on the control-plane node. */
export function kubectlArgv(argv: Argv): Argv {
  return ['kubectl', '--kubeconfig', admin, ...argv];
}

export function kubectlOn(node: Node): Kubectl {
  const run = (argv: Argv, options?: ExecOptions): Promise<ExecResult> =>
    node.exec(kubectlArgv(argv), options);
  return {
    run,
    async get<T>(argv: Argv, options?: ExecOptions): Promise<T> {
      const { stdout } = await run(['get', ...argv, '-o', 'json'], options);
      try {
        return JSON.parse(stdout) as T;
      } catch (cause) {
        throw new LabError('kubectl-output', `kubectl get ${argv.join(' ')} gave no JSON`, {
          details: stdout.slice(0, 500),
          cause,
        });
      }
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
