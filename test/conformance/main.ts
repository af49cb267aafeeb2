import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../scripts/base/paths.ts';
import { withRunning } from '../../scripts/cli/running.ts';
import { loadConfig } from '../../scripts/lab/config.ts';
import { local } from '../../scripts/nodes/local.ts';
import { labConfig } from '../support/lab-config.ts';
import { testLab } from '../support/lab.ts';
import { parts } from './parts.ts';
import { buildPrograms } from './programs.ts';

/**
 * The upstream end-to-end tests against a lab of their own ("conformance"):
 *   npm run test:conformance                                  all parts, on labnet's overlay and vpc
 *   npm run test:conformance -- --part policies --on overlay  one of them
 *   npm run test:conformance -- --part short --on overlay     a spec of each kind, in 3 minutes; `npm test` has it
 *   npm run test:conformance -- --focus REGEX --skip REGEX    specs of your own choice
 *   further: --procs N, --keep (the lab stays)
 * The first time, building takes about 5 minutes and 2 GB of disk. Results: test-results/conformance/NETWORK-PART/
 */
const { values } = parseArgs({
  options: {
    part: { type: 'string', default: 'policies,network' },
    on: { type: 'string', default: 'overlay,vpc' },
    focus: { type: 'string' },
    skip: { type: 'string', default: '' },
    procs: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
  },
});

const networks: Record<string, Record<string, string>> = {
  overlay: { 'cni.name': 'labnet', 'cni.labnet.mode': 'overlay' },
  'host-gw': { 'cni.name': 'labnet', 'cni.labnet.mode': 'host-gw' },
  vpc: { 'cni.name': 'labnet', 'cni.labnet.mode': 'vpc' },
  flannel: { 'cni.name': 'flannel' },
};

function chosen<T>(what: string, names: string, all: Readonly<Record<string, T>>): [string, T][] {
  return names.split(',').map((name) => {
    const one = all[name];
    if (one !== undefined) return [name, one];
    throw new Error(`no ${what} "${name}"; there are ${Object.keys(all).join(', ')}`);
  });
}

const lab = testLab('conformance', '10.100.219.0/24');
const own = { own: { focus: values.focus ?? '', skip: values.skip } };
const wanted =
  values.focus === undefined ? chosen('part', values.part, parts) : Object.entries(own);
const programs = await buildPrograms(console.log);
const folder = await mkdtemp(join(tmpdir(), 'lab-conformance-'));
let failures = 0;
try {
  for (const [name, changes] of chosen('network', values.on, networks)) {
    console.log(`making a lab with ${name}`);
    const config = await labConfig(folder, changes);
    await lab.run(['down', '--purge']);
    await lab.ok(['up', '--config', config, '--network', lab.network]);
    await importImage(programs.image);
    for (const [part, { focus, skip }] of wanted) {
      console.log(`${part} on ${name}`);
      if (!(await runSpecs(`${name}-${part}`, focus, skip))) failures++;
    }
  }
} finally {
  await rm(folder, { recursive: true });
  if (!values.keep) await lab.run(['down', '--purge']);
}
process.exitCode = failures > 0 ? 1 : 0;

async function runSpecs(title: string, focus: string, skip: string): Promise<boolean> {
  const results = join(projectRoot, 'test-results', 'conformance', title);
  await mkdir(results, { recursive: true });
  const kubeconfig = (await lab.ok(['kubeconfig'])).stdout.trim();
  const { exitCode } = await local(
    [
      ...[programs.ginkgo, `--procs=${values.procs}`, '--no-color', '--timeout=2h'],
      '--fail-on-empty', // a name that upstream has changed must not pass as nothing to test
      ...[`--focus=${focus}`, ...(skip === '' ? [] : [`--skip=${skip}`]), programs.tests, '--'],
      ...['--provider=local', `--kubeconfig=${kubeconfig}`, `--report-dir=${results}`],
      ...['--allowed-not-ready-nodes=3', '--minStartupPods=0', '--node-os-distro=debian'],
    ],
    { timeout: 2.5 * 3_600_000, allowFailure: true, onLine: tell },
  );
  return exitCode === 0;
}

async function importImage(path: string): Promise<void> {
  const config = await loadConfig({ cwd: projectRoot, overrides: { name: lab.name } });
  const archive = await readFile(path);
  await withRunning(config, ({ cluster }) =>
    Promise.all(
      cluster.nodes.map((node) =>
        node.exec(['ctr', '--namespace', 'k8s.io', 'images', 'import', '-'], {
          stdin: archive,
          timeout: 180_000,
        }),
      ),
    ),
  );
}

/** Progress of hours in a few lines: what passed and failed, and the summary. */
function tell(line: string): void {
  if (/^(• |Ran \d|SUCCESS|FAIL|Summarizing|\s*\[FAIL\]|Test Suite)/.test(line)) console.log(line);
}
