import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Everything that can be said about the tree without a cluster. `npm run check` runs all; exit code 1 if one fails. */
const lab = ['node', 'dist/cli/main.js'];
const shellFiles = ['scripts/guest', 'labs'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sh'))
    .map((path) => `${folder}/${path}`),
);

const checks: readonly { name: string; argv: readonly string[] }[] = [
  {
    name: 'lint',
    argv: ['eslint', '--cache', '--cache-location', 'node_modules/.cache/eslint', '.'],
  },
  { name: 'unit tests', argv: ['vitest', 'run', '--project', 'unit*'] },
  {
    name: 'types',
    argv: ['tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/types'],
  },
  { name: 'exercises', argv: [...lab, 'labs', 'validate'] },
  { name: 'import rules', argv: ['depcruise', 'scripts'] },
  { name: 'dead code', argv: ['knip'] },
  { name: 'format', argv: ['prettier', '--check', '--cache', '--log-level', 'warn', '.'] },
  { name: 'shell', argv: ['shellcheck', '--external-sources', ...shellFiles, '.ci/run'] },
];

interface Outcome {
  code: number;
  output: string;
  seconds: number;
}

function run(argv: readonly string[]): Promise<Outcome> {
  const began = performance.now();
  const [program = '', ...words] = argv;
  const env = { ...process.env, PATH: `node_modules/.bin:${process.env.PATH ?? ''}` };
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve) => {
    const end = (code: number): void =>
      resolve({ code, output, seconds: (performance.now() - began) / 1000 });
    child.on('error', (error) => {
      output += `${program}: ${error.message}\n`;
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

const queue = [...checks];
let failures = 0;

async function worker(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { code, output, seconds } = await run(next.argv);
    const verdict = code === 0 ? 'ok' : 'FAILED';
    console.log(`${verdict.padEnd(7)} ${next.name} (${seconds.toFixed(1)} s)`);
    const closing = /^tests: .*$/m.exec(output)?.[0];
    if (code === 0 && closing) console.log(`        ${closing}`);
    if (code === 0) continue;
    failures++;
    console.log(output);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, worker));
console.log(`checks: ${checks.length - failures} passed, ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
