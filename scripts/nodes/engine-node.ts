import { LabError } from '../base/errors.ts';
import type { Engine } from './engine.ts';
import { commandFailed } from './local.ts';
import type { Node, Role } from './node.ts';

/** A node that no ssh reaches, through its engine: for standby nodes, which are apart from every network. */
export function engineNode(
  engine: Engine,
  container: string,
  { name, role, address }: { name: string; role: Role; address: string },
): Node {
  const node: Node = {
    name,
    role,
    address,
    slowness: 1,
    async exec(argv, options = {}) {
      const { as = 'root', stdin, timeout, onLine, signal, allowFailure = false } = options;
      const words = ['exec', ...(stdin === undefined ? [] : ['--interactive']), '--user', as];
      const result = await engine.run([...words, container, ...argv], {
        ...(stdin === undefined ? {} : { stdin: String(stdin) }),
        ...(timeout === undefined ? {} : { timeout }),
        ...(onLine === undefined ? {} : { onLine }),
        ...(signal === undefined ? {} : { signal }),
        allowFailure: true,
      });
      if (result.exitCode !== 0 && !allowFailure) throw commandFailed(name, argv, result);
      return result;
    },
    async put(path, content, { mode = '0644', owner = 'root:root' } = {}) {
      const script = 'install -D -m "$2" /dev/stdin "$1" && chown "$3" "$1"';
      await node.exec(['sh', '-c', script, 'sh', path, mode, owner], { stdin: content });
    },
    shell() {
      throw new LabError('standby', `${name} is a standby node; nobody logs in to it`);
    },
    close: () => undefined,
  };
  return node;
}
