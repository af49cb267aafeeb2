import type { Engine } from '../engine.ts';
import { local } from '../local.ts';
import type { EnvironmentSpec, Report } from '../provider.ts';
import * as words from './container-argv.ts';

/** The networks of an environment; the engine owns their bridges, addresses and rules. */
export interface ContainerNetworks {
  names(): Promise<string[]>;
  /** Makes those that all nodes need. */
  ensure(report: Report): Promise<void>;
  /** Removes all of them; no container may be left. */
  remove(report: Report): Promise<void>;
}

export function containerNetworks(engine: Engine, environment: EnvironmentSpec): ContainerNetworks {
  const mine = `label=${words.label}=${environment.name}`;

  async function names(): Promise<string[]> {
    const list = ['network', 'ls', '--filter', mine, '--format', '{{.Name}}'];
    return (await engine.run(list)).stdout.split('\n').filter(Boolean);
  }

  /** podman's bridge of a network. */
  async function bridgeOf(network: string): Promise<string> {
    const format = ['--format', '{{.NetworkInterface}}'];
    return (await engine.run(['network', 'inspect', ...format, network])).stdout.trim();
  }

  return {
    names,
    async ensure(report) {
      const present = await names();
      const wanted = [
        { name: words.labNetwork(environment), argv: words.createLabNetwork },
        { name: words.natNetwork(environment), argv: words.createNatNetwork },
      ];
      for (const { name, argv } of wanted) {
        if (present.includes(name)) continue;
        report(`network ${name}`);
        await engine.run(argv(engine.name, environment));
      }
    },
    async remove(report) {
      const present = await names();
      const stoodBy = present.includes(words.standbyNetwork(environment));
      for (const network of present) {
        report(`removing network ${network}`);
        // The engine leaves a bridge alone that had a standby node on it when the last of its own went.
        const bridge = stoodBy ? await bridgeOf(network) : undefined;
        await engine.run(['network', 'rm', network]);
        if (bridge) await local(['ip', 'link', 'delete', 'dev', bridge], { allowFailure: true });
      }
    },
  };
}
