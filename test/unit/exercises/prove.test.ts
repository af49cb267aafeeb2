import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Exercise } from '../../../scripts/exercises/load.ts';
import { reportProof, type Proof } from '../../../scripts/exercises/proof.ts';
import { comesLate } from '../../../scripts/exercises/digest.ts';
import { proveExercise } from '../../../scripts/exercises/prove.ts';
import {
  fakeCluster,
  fakePod,
  threeNodes,
  type FakeCluster,
  type FakeObject,
} from '../../support/fake-cluster.ts';
import { exerciseOf } from '../../support/checking.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/**
 * A lab in memory with an exercise that is right: set-up makes a Service, the solution labels it "solved",
 * and asks for its address. Each test breaks one thing and sees the proof notice.
 */
interface Acts {
  apply: () => string;
  undo: () => string;
  solution: () => string;
  lazy: () => string;
}

const agent = {
  kind: 'DaemonSet',
  metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel' },
};
const home = { kind: 'Namespace', metadata: { name: 'kube-system', uid: 'c1' } };

let cluster: FakeCluster;
let folder = '';
let acts: Acts;
let prepared: number;

function service(): FakeObject | undefined {
  return cluster.objects.find(({ kind }) => kind === 'Service');
}

function add(object: FakeObject): void {
  const same = (one: FakeObject): boolean =>
    one.kind === object.kind && one.metadata.name === object.metadata.name;
  if (!cluster.objects.some(same)) cluster.objects.push(object);
}

function label(text: string): void {
  const found = service();
  if (found) found.metadata.labels = { state: text };
}

const solved = {
  ...{ id: 'solved', title: 'The service is solved', points: 60, why: 'It must be labelled.' },
  check: {
    ...{ kind: 'object', resource: 'services', name: 'web' },
    expect: [{ path: '.metadata.labels.state', is: 'solved' }],
  },
};
const address = {
  ...{ id: 'address', title: 'Its address', points: 40, why: 'The API server gave it one.' },
  check: {
    ...{ kind: 'answer', part: 'ip' },
    truth: { from: 'object', resource: 'services', name: 'web', path: '.spec.clusterIP' },
  },
};

const lazy = { name: 'lazy', score: 40, message: '.metadata.labels.state is half' };
const blind = { name: 'blind', score: 60, message: 'no answer yet' };

async function exerciseWith(over: Record<string, unknown> = {}): Promise<Exercise> {
  for (const name of ['setup', 'solution', 'wrong/lazy', 'wrong/blind']) {
    await writeFile(join(folder, `${name}.sh`), `#!/bin/bash\n# ${name}\n`);
  }
  const spec = exerciseOf({
    parts: [{ id: 'ip', prompt: 'Which address?', type: 'ip' }],
    criteria: [solved, address],
    wrong: [lazy],
    ...over,
  });
  return { spec, folder, task: 'Do it.', debrief: '' };
}

async function prove(over: Record<string, unknown> = {}): Promise<Proof> {
  return proveExercise(await exerciseWith(over), cluster, {
    prepare: () => {
      prepared += 1;
      return Promise.resolve();
    },
    rest: 1,
    patience: 20,
  });
}

function failing(proof: Proof): Record<string, string> {
  const bad = proof.statements.filter(({ holds }) => !holds);
  return Object.fromEntries(bad.map(({ title, problem }) => [title, problem ?? '']));
}

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder, 'wrong'));
  cluster = fakeCluster([...threeNodes, agent, home]);
  prepared = 0;
  acts = {
    apply: () => {
      add({
        kind: 'Service',
        metadata: { name: 'web', uid: 's1' },
        spec: { clusterIP: '10.96.3.4' },
      });
      return '';
    },
    undo: () => {
      cluster.objects = cluster.objects.filter(({ kind }) => kind !== 'Service');
      return '';
    },
    solution: () => {
      label('solved');
      return 'answer ip 10.96.3.4\n';
    },
    lazy: () => {
      label('half');
      return 'answer ip 10.96.3.4\n';
    },
  };
  cluster.master
    .on(/setup\.sh apply$/s, () => acts.apply())
    .on(/setup\.sh undo$/s, () => acts.undo())
    .on(/solution\.sh$/s, () => acts.solution())
    .on(/lazy\.sh$/s, () => acts.lazy())
    .on(/blind\.sh$/s, () => {
      label('solved');
      return '';
    });
  for (const node of [cluster.master, cluster.node1, cluster.node2]) {
    node
      .on('ip -j link show', '[{"ifname":"enp0s8","mtu":1500}]')
      .on('ip -j route show', '[{"dst":"default","dev":"enp0s3"}]')
      .on(/^find/, '/etc/cni/net.d/10-flannel.conflist\n');
  }
});

describe('proveExercise', () => {
  it('proves what is right, and leaves the lab as it was', async () => {
    const before = JSON.stringify(cluster.objects);
    const proof = await prove({ wrong: [lazy, blind] });
    expect(reportProof(proof)).not.toContain('FAIL');
    expect(proof.proven).toBe(true);
    expect(proof.statements.map(({ title }) => title)).toEqual([
      'the lab can be brought into the state needed',
      'set-up works within its budget',
      'fresh scores 0, and checking changes nothing',
      'no criterion passes on the fresh state',
      'set-up twice equals once',
      'wrong/lazy gets 40 points and its message',
      'undo and a new start work',
      'wrong/blind gets 60 points and its message',
      'undo and a new start work',
      'each criterion fails in some wrong answer',
      'the solution scores full marks, and checking changes nothing',
      'undo leaves the lab as it was',
    ]);
    expect(proof.failsIn).toEqual({ solved: ['lazy'], address: ['blind'] });
    expect(JSON.stringify(cluster.objects)).toBe(before);
    expect(prepared).toBe(4);
    expect(proof.starts).toHaveLength(3);
    expect(proof.checks).toHaveLength(4);
  });

  it('leaves out the wrong answers where it has to be quick', async () => {
    const exercise = await exerciseWith();
    const proof = await proveExercise(exercise, cluster, {
      ...{ prepare: async () => undefined, rest: 1, patience: 20, quick: true },
    });
    expect(proof.proven).toBe(true);
    expect(proof.starts).toHaveLength(1);
    expect(proof.statements.map(({ title }) => title).join()).not.toMatch(/wrong/);
  });

  it('notices a criterion that no wrong answer fails, also when it was only behind a gate', async () => {
    const title = 'each criterion fails in some wrong answer';
    expect(failing(await prove())[title]).toBe('never seen to fail: address');
    const gated = {
      criteria: [{ ...solved, gate: true }, address],
      wrong: [{ ...lazy, score: 0 }],
    };
    expect(failing(await prove(gated))[title]).toBe('never seen to fail: address');
  });

  it('notices points for nothing, also behind a gate', async () => {
    const free = {
      ...{ id: 'free', title: 'There', points: 1, why: 'x' },
      check: { kind: 'object', resource: 'services', name: 'web' },
    };
    const bad = failing(await prove({ criteria: [solved, address, free] }));
    expect(bad['fresh scores 0, and checking changes nothing']).toContain('1 points instead of 0');
    expect(bad['no criterion passes on the fresh state']).toContain('free: pass');
    const gated = await prove({ criteria: [{ ...solved, gate: true }, address, free] });
    expect(Object.keys(failing(gated))).toContain('no criterion passes on the fresh state');
    expect(Object.keys(failing(gated))).not.toContain(
      'fresh scores 0, and checking changes nothing',
    );
  });

  it('notices a solution that does not reach full marks, and shows what is missing', async () => {
    acts.solution = () => 'answer ip 10.96.3.4\n';
    const bad = failing(await prove());
    const title = 'the solution scores full marks, and checking changes nothing';
    expect(bad[title]).toContain('40 points instead of 100');
    expect(bad[title]).toContain('.metadata.labels.state is missing');
  });

  it('notices a wrong answer with another score', async () => {
    acts.lazy = () => {
      label('solved');
      return '';
    };
    expect(failing(await prove())['wrong/lazy gets 40 points and its message']).toContain(
      '60 points instead of 40',
    );
  });

  it('notices a wrong answer with another message', async () => {
    const wrong = [{ name: 'lazy', score: 40, message: 'something else' }];
    expect(failing(await prove({ wrong }))['wrong/lazy gets 40 points and its message']).toContain(
      'no failed criterion says "something else"',
    );
  });

  it('notices a set-up that is not idempotent', async () => {
    let count = 0;
    const { apply } = acts;
    acts.apply = () => {
      count += 1;
      cluster.objects.push({ kind: 'ConfigMap', metadata: { name: `copy-${count}` } });
      return apply();
    };
    const bad = failing(await prove());
    expect(bad['set-up twice equals once']).toContain('+ ConfigMap -/copy-2');
    expect(bad['undo leaves the lab as it was']).toContain('+ ConfigMap -/copy-1');
  });

  it('notices facts that a second set-up would change', async () => {
    let count = 0;
    const { apply } = acts;
    acts.apply = () => {
      count += 1;
      return `${apply()}fact n ${count}\n`;
    };
    expect(failing(await prove())['set-up twice equals once']).toContain('facts differ');
  });

  it('notices a check that changes the lab', async () => {
    const check = { kind: 'command', on: 'worker1', argv: ['probe'] };
    cluster.node1.on('probe', () => {
      add(fakePod('probe', 'node1', '10.244.1.9'));
      return { exitCode: 1 };
    });
    const bad = failing(
      await prove({ criteria: [solved, address, { ...solved, id: 'p', check }] }),
    );
    expect(bad['fresh scores 0, and checking changes nothing']).toContain('+ Pod default/probe');
  });

  it('notices a check that changes a node', async () => {
    const check = { kind: 'command', on: 'worker1', argv: ['probe'] };
    cluster.node1.on('probe', () => {
      cluster.node1.on('ip -j route show', '[{"dst":"10.9.9.0/24","dev":"enp0s8"}]');
      return { exitCode: 1 };
    });
    const bad = failing(
      await prove({ criteria: [solved, address, { ...solved, id: 'p', check }] }),
    );
    expect(bad['fresh scores 0, and checking changes nothing']).toContain(
      'node1 route 10.9.9.0/24',
    );
  });

  it.each([
    ['- node1 link veth24b9cbb9', true],
    ['- node2 link labf14b97e5996', true],
    ['- node2 link eni0123456789a', true],
    ['~ node1 link cni0 (.mtu: 1450 -> 1500)', true],
    ['~ node2 link labnet0 (.mtu: 1450 -> 1500)', true],
    ['~ node1 link cni0 (.address: "a" -> "b")', false],
    ['- node1 link labnet', false],
    ['+ node1 link veth24b9cbb9', false],
    ['- Pod default/veth', false],
  ])('%s comes late with its pod: %s', (difference, late) => {
    expect(comesLate(difference)).toBe(late);
  });

  it('passes over a cable that goes late with its pod, not over a check that takes one each time', async () => {
    const check = { kind: 'command', on: 'worker1', argv: ['probe'] };
    const criteria = [solved, address, { ...solved, id: 'p', check }];
    const cables = (count: number): void => {
      const links = Array.from({ length: count }, (_, i) => ({ ifname: `veth${i}` }));
      const bridge = { ifname: 'cni0', mtu: count > 0 ? 1450 : 1500 };
      cluster.node1.on('ip -j link show', JSON.stringify([bridge, ...links]));
    };
    let left = 1;
    const take = (): { exitCode: number } => {
      cables(--left);
      return { exitCode: 1 };
    };
    cables(left);
    cluster.node1.on('probe', () => (left > 0 ? take() : { exitCode: 1 }));
    const title = 'fresh scores 0, and checking changes nothing';
    expect(failing(await prove({ criteria }))[title]).toBeUndefined();
    cables((left = 9));
    cluster.node1.on('probe', take);
    expect(failing(await prove({ criteria }))[title]).toContain('- node1 link veth');
  });

  it('notices an undo that leaves something, and one that fails', async () => {
    acts.undo = () => {
      add({ kind: 'Namespace', metadata: { name: 'left' } });
      cluster.objects = cluster.objects.filter(({ kind }) => kind !== 'Service');
      return '';
    };
    expect(failing(await prove())['undo leaves the lab as it was']).toContain('+ Namespace -/left');
    cluster.master.on(/setup\.sh undo$/s, { exitCode: 1, stderr: 'stuck' });
    const bad = failing(await prove());
    expect(bad['undo and a new start work']).toContain('stuck');
    expect(bad['undo works']).toContain('stuck');
  });

  it('stops early when the lab cannot be prepared or set up, and says why', async () => {
    cluster.master.on(/setup\.sh apply$/s, { exitCode: 1, stderr: 'no image' });
    const proof = await prove();
    expect(failing(proof)['set-up works within its budget']).toContain('no image');
    expect(proof.statements).toHaveLength(2);
    expect(proof.proven).toBe(false);
  });

  it('does not take an error for a score of 0', async () => {
    const check = { kind: 'command', on: 'worker2', argv: ['true'] };
    const criteria = [{ ...solved, id: 'dead', check }];
    const wrong = [{ name: 'lazy', score: 0, message: 'does not answer' }];
    cluster.node2.on('true', () => {
      throw new Error('connection lost');
    });
    const bad = failing(await prove({ criteria, parts: [], wrong }));
    expect(Object.keys(bad)).toContain('wrong/lazy gets 0 points and its message');
    expect(Object.keys(bad)).toContain('fresh scores 0, and checking changes nothing');
  });
});
