import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine } from '../../../scripts/base/argv.ts';
import type { Engine, EngineName } from '../../../scripts/nodes/engine.ts';
import type { ExecResult } from '../../../scripts/nodes/node.ts';
import type { EnvironmentSpec, Provider } from '../../../scripts/nodes/provider.ts';
import { containerProvider } from '../../../scripts/nodes/providers/container.ts';

let environment: EnvironmentSpec;

beforeEach(async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'lab-container-'));
  environment = {
    name: 'course',
    network: '10.100.198.0/24',
    nodes: [
      { name: 'master', role: 'control-plane', address: '10.100.198.200' },
      { name: 'node1', role: 'worker', address: '10.100.198.201' },
    ],
    stateDir,
    sharedDir: join(stateDir, 'vagrant'),
    internal: [],
  };
});

afterEach(async () => {
  await rm(environment.stateDir, { recursive: true, force: true });
});

interface FakeEngine extends Engine {
  asked: string[];
}

/** An engine in memory: the first answer whose pattern fits the command line counts. */
function fakeEngine(
  name: EngineName,
  answers: [RegExp, string | Partial<ExecResult>][],
): FakeEngine {
  const asked: string[] = [];
  return {
    name,
    version: '5',
    runtime: 'runc',
    asked,
    async run(argv) {
      const line = commandLine(argv);
      asked.push(line);
      const answer = answers.find(([pattern]) => pattern.test(line))?.[1] ?? '';
      const fields = typeof answer === 'string' ? { stdout: answer } : answer;
      return { stdout: '', stderr: '', exitCode: 0, ...fields };
    },
  };
}

function provider(engine: Engine): Provider {
  const supply = (): never => {
    throw new Error('no node may be made here');
  };
  return containerProvider({ engine, environment, supply });
}

const quiet = (): void => undefined;
const mine = 'label=kubernetes-networking-lab.environment=course';

describe('states', () => {
  it.each([
    ['running', 'running'],
    ['Up 5 minutes ago', 'running'],
    ['exited', 'stopped'],
    ['Exited (137) 3 minutes ago', 'stopped'],
    ['created', 'stopped'],
    ['paused', 'frozen'],
    ['Up 5 minutes ago (Paused)', 'frozen'],
  ])('%s means %s', async (said, state) => {
    const engine = fakeEngine('podman', [[/^ps/, `course-node1\t${said}\n`]]);
    expect([...(await provider(engine).states())]).toEqual([
      ['master', 'missing'],
      ['node1', state],
    ]);
    expect(engine.asked).toEqual([`ps --all --filter ${mine} --format '{{.Names}}\t{{.State}}'`]);
  });
});

describe('prepare', () => {
  it('makes only the networks that are missing', async () => {
    const engine = fakeEngine('podman', [[/^network ls/, 'course-net\n']]);
    const told: string[] = [];
    await provider(engine).prepare((text) => told.push(text));
    expect(told).toEqual(['network course-nat']);
    expect(engine.asked.slice(1)).toEqual([
      expect.stringMatching(/^network create .* course-nat$/),
    ]);
    expect(existsSync(environment.sharedDir)).toBe(true);
    expect(await readdir(join(environment.stateDir, 'keys'))).toEqual([
      'id_ed25519',
      'id_ed25519.pub',
    ]);
  });
});

describe.each(['podman', 'docker'] as const)('%s', (name) => {
  // docker has no --time, and ends what it removes by force at once.
  const now = name === 'podman' ? ' --time 0' : '';

  it('destroy removes what has the label, and the files of the nodes', async () => {
    await mkdir(join(environment.stateDir, 'nodes', 'node1', 'seed'), { recursive: true });
    await mkdir(join(environment.stateDir, 'keys'));
    await writeFile(join(environment.stateDir, 'notes'), "the learner's");
    const engine = fakeEngine(name, [
      [/^ps/, 'aaa\trunning\nbbb\texited\n'],
      [/^network ls/, 'course-net\ncourse-nat\n'],
    ]);
    await provider(engine).destroy(quiet);
    expect(engine.asked).toEqual([
      `ps --all --filter ${mine} --format '{{.Names}}\t{{.State}}'`,
      `rm --force --volumes${now} aaa bbb`,
      `network ls --filter ${mine} --format '{{.Name}}'`,
      'network rm course-net',
      'network rm course-nat',
    ]);
    expect(await readdir(environment.stateDir)).toEqual(['notes']);
  });
});

describe('destroy', () => {
  it('asks for nothing to be removed where nothing is', async () => {
    const engine = fakeEngine('podman', []);
    await provider(engine).destroy(quiet);
    expect(engine.asked.filter((line) => / rm |^rm /.test(line))).toEqual([]);
  });
});

describe('node', () => {
  it('is the same object every time, and refuses unknown names', () => {
    const made = provider(fakeEngine('podman', []));
    expect(made.node('node1')).toBe(made.node('node1'));
    expect(made.node('node1')).toMatchObject({
      name: 'node1',
      role: 'worker',
      address: '10.100.198.201',
    });
    expect(() => made.node('node7')).toThrow('There is no node "node7" in course');
  });
});
