import { commandLine, type Argv } from '../../base/argv.ts';
import { LabError } from '../../base/errors.ts';
import { hasProgram, local } from '../../nodes/local.ts';
import type { Report } from '../../nodes/provider.ts';
import { installArgv, type Check, type HostNeeds } from './check.ts';
import { chosenEngine, collectEngine, judgeEngine } from './engine.ts';
import { missingForMachines } from './machines.ts';
import { collectTools, judgeTools } from './tools.ts';

/** All packages that the fixes of these checks install, each once. */
export function packagesIn(checks: readonly Check[]): string[] {
  return [...new Set(checks.flatMap(({ packages = [] }) => packages))];
}

/** Debian packages that `lab up` needs and this host lacks; takes about 0.1 s. */
export async function missingPackages(needs: HostNeeds): Promise<string[]> {
  const engine = await collectEngine(needs.engine, { quick: true });
  const tools = await collectTools(chosenEngine(engine), needs.supply.source);
  const machines = needs.provider === 'vagrant' ? await missingForMachines(needs) : [];
  return [...packagesIn([...judgeEngine(engine), ...judgeTools(tools)]), ...machines];
}

/** On a fresh machine its own updates may hold dpkg's lock for a while. */
const patience = ['-o', 'DPkg::Lock::Timeout=300'];

async function apt(argv: Argv, report: Report, signal?: AbortSignal): Promise<string | undefined> {
  const [program = '', ...words] = argv;
  const run = await local([program, ...patience, ...words], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 20 * 60_000,
    onLine: (line) => {
      if (line.trim() !== '') report(line);
    },
    allowFailure: true,
    signal,
  });
  return run.exitCode === 0 ? undefined : run.stderr.trim() || run.stdout.trim();
}

/**
 * Installs Debian packages, all at once; it begins by saying which.
 * @throws LabError `no-apt` elsewhere than on Debian and Ubuntu, `no-root`, or `install-failed` with apt's words.
 */
export async function installPackages(
  packages: readonly string[],
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  if (packages.length === 0) return;
  const argv = installArgv(packages);
  if (!(await hasProgram('apt-get'))) {
    throw new LabError('no-apt', `packages are missing: ${packages.join(', ')}`, {
      why: 'this is neither Debian nor Ubuntu, so lab cannot install them',
      hint: 'install what they are called in your distribution, then run the same command again',
    });
  }
  if (process.getuid?.() !== 0) {
    throw new LabError('no-root', `packages are missing: ${packages.join(', ')}`, {
      why: 'only root may install them',
      hint: `sudo ${commandLine(argv)}`,
      exit: 2,
    });
  }
  report(`installing ${packages.join(', ')}`);
  // The package lists of a fresh or an old machine are missing or out of date; only then is it worth the time.
  if ((await apt(argv, report, signal)) === undefined) return;
  report('reading the package lists');
  await apt(['apt-get', 'update'], report, signal);
  const problem = await apt(argv, report, signal);
  if (problem === undefined) return;
  throw new LabError('install-failed', `cannot install ${packages.join(', ')}`, {
    why: 'apt-get failed',
    details: problem.split('\n').slice(-10).join('\n'),
    hint: `correct what it says, then: ${commandLine(argv)}`,
  });
}
