import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../scripts/base/paths.ts';
import { loadConfig } from '../../scripts/lab/config.ts';
import { openEnvironment } from '../../scripts/lab/environment.ts';
import { kubeconfigPath } from '../../scripts/lab/share.ts';
import { local } from '../../scripts/nodes/local.ts';
import { testLab } from '../support/lab.ts';
import { buildPrograms } from './programs.ts';

/**
 * The upstream end-to-end tests against a lab of its own ("conformance"):
 *   npm run test:conformance                       network policies over TCP and UDP, on labnet
 *   npm run test:conformance -- --focus REGEX --skip REGEX --procs N --cni NAME
 * Needs about 15 minutes and 2 GB of disk the first time. Results: test-results/conformance/junit.xml
 */
const { values } = parseArgs({
  options: {
    focus: { type: 'string', default: 'Netpol' },
    // Sockets for SCTP need a kernel module that many kernels lack.
    skip: { type: 'string', default: 'SCTPConnectivity' },
    procs: { type: 'string', default: '4' },
    cni: { type: 'string', default: 'labnet' },
    keep: { type: 'boolean', default: false },
  },
});

const lab = testLab('conformance', '10.100.219.0/24');
const results = join(projectRoot, 'test-results', 'conformance');

async function importImage(path: string): Promise<void> {
  const config = await loadConfig({ cwd: projectRoot, overrides: { name: lab.name } });
  const environment = await openEnvironment(config);
  try {
    const archive = await readFile(path);
    await Promise.all(
      environment.cluster.nodes.map((node) =>
        node.exec(['ctr', '--namespace', 'k8s.io', 'images', 'import', '-'], {
          stdin: archive,
          timeout: 180_000,
        }),
      ),
    );
  } finally {
    environment.close();
  }
}

async function kubeconfig(): Promise<string> {
  const config = await loadConfig({ cwd: projectRoot, overrides: { name: lab.name } });
  const environment = await openEnvironment(config);
  environment.close();
  return kubeconfigPath(environment);
}

const programs = await buildPrograms(console.log);
console.log(`making a lab with ${values.cni}`);
await lab.run(['down', '--purge']);
await lab.ok(['up', '--cni', values.cni, '--network', lab.network]);
let failed = false;
try {
  await importImage(programs.image);
  await mkdir(results, { recursive: true });
  const run = await local(
    [
      ...[programs.ginkgo, `--procs=${values.procs}`, '--no-color', '--timeout=2h'],
      ...[`--focus=${values.focus}`, `--skip=${values.skip}`, programs.tests, '--'],
      ...['--provider=local', `--kubeconfig=${await kubeconfig()}`, `--report-dir=${results}`],
      ...['--allowed-not-ready-nodes=3', '--minStartupPods=0', '--node-os-distro=debian'],
    ],
    { timeout: 2.5 * 3_600_000, allowFailure: true, onLine: (line) => tell(line) },
  );
  failed = run.exitCode !== 0;
} finally {
  if (!values.keep) await lab.run(['down', '--purge']);
}
process.exitCode = failed ? 1 : 0;

/** Progress of hours in a few lines: what passed and failed, and the summary. */
function tell(line: string): void {
  if (/^(• |Ran \d|SUCCESS|FAIL|Summarizing|\s*\[FAIL\]|Test Suite)/.test(line)) console.log(line);
}
