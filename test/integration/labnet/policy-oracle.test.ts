import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { flipsOf } from '../../../scripts/labnet/policy/flips.ts';
import { judge, type Packet } from '../../../scripts/labnet/policy/judge.ts';
import { readWorld, type World } from '../../../scripts/labnet/policy/model.ts';
import { local } from '../../../scripts/nodes/local.ts';
import { objectsOf } from '../../support/api-objects.ts';
import { randomOf, seed } from '../../support/random.ts';
import { randomObjects, randomPacket, type Objects } from '../../support/random-policies.ts';
import { smallest } from '../../support/smallest.ts';

const packetsPerWorld = 20;
const worlds = 1_500;

interface Question extends Objects {
  packets: Packet[];
}

let folder: string;
let oracle: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-oracle-'));
  oracle = join(folder, 'oracle');
  const cwd = join(projectRoot, 'test', 'oracle', 'netpol');
  await local(['go', 'build', '-o', oracle, '.'], { cwd, timeout: 900_000 });
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function ask(questions: readonly Question[]): Promise<boolean[][]> {
  const stdin = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const { stdout } = await local([oracle], { stdin });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as boolean[]);
}

/**
 * Two things the API allows always, which the other engine leaves to its surroundings (such packets do not pass its
 * queue): a pod reaches itself, and traffic between a pod and its own node is free.
 */
function isExempt(world: World, { from, to }: Packet): boolean {
  const ends = world.pods.filter(({ hostNetwork }) => !hostNetwork);
  const node = (address: string): readonly string[] =>
    ends.filter((pod) => pod.addresses.includes(address)).flatMap((pod) => pod.nodeAddresses);
  return from === to || node(from).includes(to) || node(to).includes(from);
}

function randomQuestion(number: number): Question {
  const random = randomOf(seed + number);
  const objects = randomObjects(random);
  const world = readWorld(objects);
  const packets: Packet[] = [];
  while (packets.length < packetsPerWorld) {
    const packet = randomPacket(random, objects);
    if (!isExempt(world, packet)) packets.push(packet);
  }
  return { ...objects, packets };
}

/** The question without everything that the difference does not need. */
async function minimal(question: Question, packet: Packet): Promise<string> {
  const differs = async (objects: Objects): Promise<boolean> => {
    const [[wanted] = []] = await ask([{ ...objects, packets: [packet] }]);
    return judge(readWorld(objects), packet).allowed !== wanted;
  };
  const { namespaces, pods, policies } = question;
  return JSON.stringify({ packet, ...(await smallest({ namespaces, pods, policies }, differs)) });
}

it(`judges ${worlds * packetsPerWorld} packets as kube-network-policies does (LAB_SEED=${seed})`, async () => {
  const questions = Array.from({ length: worlds }, (_, number) => randomQuestion(number));
  const answers = await ask(questions);
  const counts = { allowed: 0, denied: 0 };
  const wrong: { question: Question; packet: Packet }[] = [];
  for (const [number, question] of questions.entries()) {
    const world = readWorld(question);
    for (const [place, packet] of question.packets.entries()) {
      const { allowed } = judge(world, packet);
      counts[allowed ? 'allowed' : 'denied']++;
      if (allowed !== answers[number]?.[place]) wrong.push({ question, packet });
    }
  }
  const [first] = wrong;
  if (first) {
    const shown = await minimal(first.question, first.packet);
    throw new Error(`${wrong.length} verdicts differ; a small world with such a one: ${shown}`);
  }
  // A generator that only asks easy questions proves nothing.
  expect(Math.min(counts.allowed, counts.denied)).toBeGreaterThan(worlds * 4);
});

it('proposes changes that turn the verdict of kube-network-policies too', async () => {
  const tried = Array.from({ length: 150 }, (_, number) => randomQuestion(number)).flatMap(
    (question) => {
      const world = readWorld(question);
      return question.packets.flatMap((packet) => {
        const before = judge(world, packet);
        // If both ends deny, no single change turns the verdict.
        if (!before.egress.allowed && !before.ingress.allowed) return [];
        return flipsOf(world, packet, before).map((flip) => ({ packet, before, flip }));
      });
    },
  );
  const answers = await ask(
    tried.map(({ packet, flip }) => ({ ...objectsOf(flip.world), packets: [packet] })),
  );
  const wrong = tried.filter(({ before }, place) => answers[place]?.[0] === before.allowed);
  expect(wrong.map(({ packet, flip }) => ({ packet, flip })).slice(0, 1)).toEqual([]);
  expect(tried.length).toBeGreaterThan(2_000);
});
