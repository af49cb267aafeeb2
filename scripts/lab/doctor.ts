import { commandLine } from '../base/argv.ts';
import { exitCode, LabError, messageOf } from '../base/errors.ts';
import { local } from '../nodes/local.ts';
import type { Report } from '../nodes/provider.ts';
import { collectAddresses } from './doctor/address-facts.ts';
import { judgeAddresses, labNetworkCheck } from './doctor/addresses.ts';
import type { Check, HostNeeds } from './doctor/check.ts';
import { chosenEngine, collectEngine, judgeEngine } from './doctor/engine.ts';
import { collectKernel, judgeKernel, loadModules } from './doctor/kernel.ts';
import { collectMachines, judgeMachines } from './doctor/machines.ts';
import { collectLimits, judgeLimits } from './doctor/limits.ts';
import { installPackages, packagesIn } from './doctor/packages.ts';
import { collectRoom, judgeRoom } from './doctor/room.ts';
import { collectRoot, collectSystem, judgeSystem, rootCheck } from './doctor/system.ts';
import { collectTools, judgeTools } from './doctor/tools.ts';

export type { Check, CheckStatus, HostNeeds } from './doctor/check.ts';
export { installPackages, missingPackages } from './doctor/packages.ts';

export interface CheckGroup {
  title: string;
  checks: readonly Check[];
}

async function engineAndTools({ engine, supply }: HostNeeds): Promise<CheckGroup[]> {
  const facts = await collectEngine(engine);
  const tools = await collectTools(chosenEngine(facts), supply.source);
  return [
    { title: 'Container engine', checks: judgeEngine(facts) },
    { title: 'Packages and tools', checks: judgeTools(tools) },
  ];
}

/** Without `ip` there is nothing to judge by; the check of its package says so. */
async function addresses(needs: HostNeeds): Promise<readonly Check[]> {
  try {
    return judgeAddresses(await collectAddresses(needs));
  } catch (error) {
    if (error instanceof LabError && error.code === 'command-missing') return [];
    throw error;
  }
}

/** Everything that the host must have, as it is now; takes about a second. */
export async function examine(needs: HostNeeds): Promise<CheckGroup[]> {
  const [system, room, limits, [engine, tools], kernel, network] = await Promise.all([
    collectSystem().then(judgeSystem),
    collectRoom(needs.name).then(judgeRoom),
    collectLimits().then(judgeLimits),
    engineAndTools(needs),
    collectKernel(needs.cni).then(judgeKernel),
    addresses(needs),
  ]);
  const machines =
    needs.provider === 'vagrant' ? judgeMachines(await collectMachines(), needs) : [];
  const groups = [
    { title: 'System', checks: [...system, ...room] },
    { title: 'Limits', checks: limits },
    engine,
    { title: 'Virtual machines', checks: machines },
    tools,
    { title: 'Kernel', checks: kernel },
    { title: 'Addresses', checks: network },
  ];
  return groups.filter((group) => group !== undefined && group.checks.length > 0) as CheckGroup[];
}

export interface Repair {
  /** As a person would type it. */
  command: string;
  /** Why it did not work; undefined when it did. */
  problem?: string;
}

/**
 * Applies what can be applied: one installation, then each setting. Goes on after a failure, since every fix
 * stands on its own.
 */
export async function repair(
  checks: readonly Check[],
  report: Report,
  signal?: AbortSignal,
): Promise<Repair[]> {
  const done: Repair[] = [];
  const attempt = async (command: string, run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
      done.push({ command });
    } catch (error) {
      signal?.throwIfAborted();
      const { why, details } = error instanceof LabError ? error : {};
      done.push({ command, problem: details || why || messageOf(error) });
    }
  };
  const packages = packagesIn(checks);
  if (packages.length > 0) {
    const command = `apt-get install ${packages.join(' ')}`;
    await attempt(command, () => installPackages(packages, report, signal));
  }
  for (const argv of checks.flatMap(({ commands = [] }) => commands)) {
    report(commandLine(argv));
    await attempt(commandLine(argv), () => local(argv, { signal }));
  }
  return done;
}

/**
 * Loads what the nodes need and cannot load themselves, and raises limits that several nodes on one host outgrow
 * (inotify instances count per user). What does not work is left for `lab doctor` to tell.
 */
export async function prepareHost(report: Report, signal?: AbortSignal): Promise<void> {
  await loadModules(report);
  await repair(judgeLimits(await collectLimits()), report, signal);
}

/**
 * The part that can change from one `lab up` to the next, in under half a second: root, memory, disk, clashes.
 * @throws LabError `preflight` (or `no-root`) naming each check that fails.
 */
export async function preflight(needs: HostNeeds): Promise<void> {
  const [root, room, clash] = await Promise.all([
    collectRoot().then(rootCheck),
    collectRoom(needs.name).then(judgeRoom),
    collectAddresses(needs).then(labNetworkCheck),
  ]);
  refuse([root, ...room, clash]);
}

/** @throws LabError when one of the checks fails. */
export function refuse(checks: readonly Check[]): void {
  const failed = checks.filter(({ status }) => status === 'fail');
  const [first] = failed;
  if (!first) return;
  const noRoot = failed.some(({ id }) => id === 'root');
  const names = failed.map(({ title }) => title).join(', ');
  const lines = failed.map(({ title, found, why }) => `${title}: ${found}; ${why}`);
  const fix = first.fix[0]?.replace(/^# /, '');
  throw new LabError(
    noRoot ? 'no-root' : 'preflight',
    `this machine cannot run the lab: ${names}`,
    {
      details: lines.join('\n'),
      hint: `${fix === undefined ? '' : `${fix}   or see `}lab doctor`,
      exit: noRoot ? exitCode.usage : exitCode.failed,
    },
  );
}
