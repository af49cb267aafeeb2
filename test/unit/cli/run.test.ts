import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const main = join(projectRoot, 'scripts', 'cli', 'main.ts');
const steps = join(import.meta.dirname, 'steps-child.ts');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-cli-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Interrupt {
  /** Text on stdout that the signal waits for. */
  after: string;
  times: number;
}

async function run(file: string, args: readonly string[], interrupt?: Interrupt): Promise<Ended> {
  const child = spawn(file, args, {
    cwd: projectRoot,
    env: {
      ...process.env,
      LAB_STATE_DIR: join(folder, 'state'),
      NO_COLOR: '1',
      TERM: 'xterm',
      CI: '',
    },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  let left = interrupt?.times ?? 0;
  child.stdout.on('data', (part) => {
    ended.stdout += String(part);
    if (!interrupt || !ended.stdout.includes(interrupt.after)) return;
    // Two signals at the same moment would arrive as one.
    for (; left > 0; left--) setTimeout(() => child.kill('SIGINT'), (left - 1) * 400);
  });
  child.stderr.on('data', (part) => (ended.stderr += String(part)));
  [ended.code] = (await once(child, 'close')) as [number | null];
  return ended;
}

const node = (args: readonly string[], interrupt?: Interrupt): Promise<Ended> =>
  run(process.execPath, ['--import', 'tsx', ...args], interrupt);

/** Prints the URL of every module that is loaded, on stderr. */
const seen = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      writeSync(2, url + '\\\\n');
      return next(url, context);
    }\`));`)}`;

/** What stays on the screen: the last picture that was drawn, without colours and times. */
function lastPicture(text: string): string {
  const up = `${String.fromCharCode(27)}[1A`;
  return stripVTControlCharacters(text.slice(text.lastIndexOf(up) + up.length))
    .replace(/[\d.]+ s/g, 'N s')
    .replaceAll('\r', '');
}

describe('lab', { timeout: 20_000, concurrent: true }, () => {
  test('reads nothing heavy for its help', async () => {
    const { code, stdout, stderr } = await node(['--import', seen, main, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Learning:');
    const packages = [...stderr.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(
      ([, name]) => name,
    );
    expect(stderr).toContain('scripts/cli/program.ts');
    expect([...new Set(packages)]).toEqual(['commander']);
    expect(stderr).not.toContain('scripts/cli/commands/');
  });

  test('says on stderr what is wrong, with exit code 2', async () => {
    const { code, stdout, stderr } = await node([main, 'stauts']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      "error: unknown command 'stauts'\n  why:  Did you mean status?\n  next: lab --help\n",
    );
  });

  test('says it as JSON on stdout with --json', async () => {
    const { code, stdout, stderr } = await node([main, 'up', '--json', '--workrs', '2']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', hint: 'lab up --help' } });
  });

  test('takes a closed pipe for the end', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', main, 'up', '--help'], {
      cwd: projectRoot,
    });
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
  });

  test('prints completion and answers it', async () => {
    const script = await node([main, 'completion', 'bash']);
    expect(script.stdout).toContain('complete -o default -F _lab lab');
    expect((await node([main, 'completion', 'bsh'])).stderr).toContain('Did you mean "bash"?');
  });
});

describe('steps', { timeout: 20_000, concurrent: true }, () => {
  test('are plain lines where no terminal is', async () => {
    const { code, stdout } = await node([steps, 'fine']);
    const texts = stdout.replace(/^ *[\d.]+s {2}/gm, '').replace(/[\d.]+ s$/gm, 'N s');
    expect(texts.split('\n')).toEqual([
      'net: Step net',
      'net: nothing to do: it is there',
      'master: Step master',
      'node1: Step node1',
      'node1: done in N s',
      'master: done in N s',
      'init: Step init',
      'init: done in N s',
      'total N s',
      '',
    ]);
    expect(code).toBe(0);
  });

  test('show commands and all progress with --verbose', async () => {
    const { stdout } = await node([steps, 'fine', '--verbose']);
    expect(stdout).toMatch(/init: Step init\n +make init\n.*init: working on init\n/);
  });

  test('leave stdout alone with --json', async () => {
    const { stdout, stderr } = await node([steps, 'fine', '--json']);
    expect(stdout).toBe('');
    expect(stderr).toContain('init: Step init');
  });

  test('that fail end with the error', async () => {
    const { code, stdout, stderr } = await node([steps, 'fail']);
    expect(stdout).toMatch(/node1: FAILED after [\d.]+ s: node1 broke/);
    expect(stdout).toMatch(/master: stopped after/);
    expect(stdout).not.toContain('Step init');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: node1 broke\n' });
  });

  test('stop at Ctrl-C and say how to go on', async () => {
    const { code, stdout, stderr } = await node([steps, 'hang'], { after: 'Step init', times: 1 });
    expect(stdout).toContain('init: stopping; Ctrl-C again ends at once');
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: 'error: stopped by Ctrl-C\n  next: `lab up` goes on from there.\n',
    });
  });

  test('that do not stop end at the second Ctrl-C', async () => {
    const interrupt = { after: 'Step init', times: 2 };
    const { code, stderr } = await node([steps, 'stubborn'], interrupt);
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  });

  // `script` of util-linux gives the child a real terminal.
  test.skipIf(!existsSync('/usr/bin/script'))('are a tree on a terminal', async () => {
    const command = `stty cols 80 rows 30; ${process.execPath} --import tsx ${steps}`;
    const draw = async (mode: string): Promise<string> => {
      const { stdout } = await run('script', ['-qec', `${command} ${mode}`, '/dev/null']);
      return lastPicture(stdout);
    };
    const fine = await draw('fine');
    expect(fine).toContain('Step net (it is there)');
    expect(fine).toContain('✔ Nodes N s\n✔ Step init N s\ntotal N s\n');
    const fail = await draw('fail');
    expect(fail).toMatch(/✖ Step master N s stopped\n +✖ Step node1 N s failed\n/);
    expect(fail).toContain('error: node1 broke');
  });
});
