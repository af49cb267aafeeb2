import { beforeEach, expect, it } from 'vitest';
import { kernelRules, type KernelRules } from '../../../scripts/labnet/agent/kernel-rules.ts';
import { compile } from '../../../scripts/labnet/policy/compile.ts';
import type { Isolation } from '../../../scripts/labnet/policy/isolation.ts';
import { ruleset } from '../../../scripts/labnet/policy/nft.ts';
import { testPod, testPolicy, testWorld } from '../../support/policy-world.ts';

const [web, db] = ['10.244.1.2', '10.244.1.3'];
const table = 'inet labnet_policy';

/** Two pods under policies that have the port as their only rule. */
function isolations(ports: Record<string, number>): Isolation[] {
  const pods = [testPod('shop/web', web), testPod('shop/db', db)];
  const policies = Object.entries(ports).map(([name, port]) =>
    testPolicy(`shop/${name}`, { ingress: [{ from: [{ podSelector: {} }], ports: [{ port }] }] }),
  );
  return compile(testWorld(pods, policies), 'node-1');
}

function of(address: string, all: readonly Isolation[]): Isolation[] {
  return all.filter((one) => one.address === address);
}

let sent: string[];
let rules: KernelRules;

beforeEach(() => {
  sent = [];
  rules = kernelRules((argv, stdin = '') => {
    if (argv[1] === '-f') sent.push(stdin);
    return Promise.resolve({ code: 0, stdout: '', stderr: '' });
  });
});

it('sends a pod that comes under known policies with its own chain only', async () => {
  const all = isolations({ a: 80 });
  await rules.load(of(db, all));
  const text = rules.begin(web, ruleset(of(web, all)));
  expect(text).toContain('jump policy-shop/a-ingress');
  expect(text).not.toContain('chain policy-shop/a-ingress');
  expect(text).not.toContain('peers-shop/a-ingress-0 {');
  rules.ended(web, true);
  expect(await rules.load(all)).toBe(false);
});

it('sends with a pod what has changed or would let in too many', async () => {
  await rules.load(of(db, isolations({ a: 80 })));
  const [{ rules: own = [], ...rest } = {}] = of(web, isolations({ a: 81, b: 90 }));
  const fewer = own.map((rule) => ({ ...rule, peers: [] }));
  const text = rules.begin(web, ruleset([{ ...rest, rules: fewer } as Isolation]));
  expect(text).toContain('tcp dport 81 counter accept comment "shop/a ingress[0]"');
  expect(text).toContain('chain policy-shop/b-ingress {');
  expect(text).toContain('set peers-shop/a-ingress-0 { type ipv4_addr; }');
});

it('looks again at what an ADD and a load may both have written', async () => {
  await rules.load(of(db, isolations({ b: 80 })));
  rules.begin(web, ruleset(of(web, isolations({ b: 81 }))));
  await rules.load(of(db, isolations({ b: 82 })));
  rules.ended(web, true);
  sent = [];
  expect(await rules.load(isolations({ b: 82 }))).toBe(true);
  expect(sent[0]).toContain('tcp dport 82');
  expect(await rules.load(isolations({ b: 82 }))).toBe(false);
});

it('does not let an ADD rely on what is being written', async () => {
  const all = isolations({ a: 80 });
  await rules.load(of(db, all));
  const more = isolations({ a: 80, b: 81 });
  const load = rules.load(of(db, more));
  expect(rules.busy(web, ruleset(of(web, more)))).toBeDefined();
  await load;
  expect(rules.busy(web, ruleset(of(web, more)))).toBeUndefined();
  rules.begin(web, ruleset(of(web, isolations({ a: 80, c: 82 }))));
  const third = testPod('shop/third', '10.244.1.4');
  const policy = testPolicy('shop/c', { ingress: [{ ports: [{ port: 82 }] }] });
  const other = ruleset(compile(testWorld([third], [policy]), 'node-1'));
  const busy = rules.busy('10.244.1.4', other);
  expect(busy).toBeDefined();
  rules.ended(web, true);
  await busy;
  expect(rules.busy('10.244.1.4', other)).toBeUndefined();
});

it('lets an ADD rely on a set that only grows', async () => {
  const all = isolations({ a: 80 });
  const [{ rules: own = [], ...rest } = {}] = of(db, all);
  const fewer = [{ ...rest, rules: own.map((rule) => ({ ...rule, peers: [] })) } as Isolation];
  await rules.load(fewer);
  const load = rules.load(of(db, all));
  expect(sent.at(-1)).toContain('peers-shop/a-ingress-0 { type ipv4_addr; elements');
  expect(rules.busy(web, ruleset(of(web, all)))).toBeUndefined();
  expect(rules.begin(web, ruleset(of(web, all)))).not.toContain('flush');
  await load;
  rules.ended(web, true);
  expect(await rules.load(all)).toBe(false);
});

it('does nothing as long as there is nothing', async () => {
  const asked: string[] = [];
  const none = kernelRules((argv) => {
    asked.push(argv[1] ?? '');
    return Promise.resolve({ code: 1, stdout: '', stderr: '' });
  });
  expect(await none.load([])).toBe(false);
  expect(await none.load([])).toBe(false);
  expect(asked).toEqual(['-t']);
});

it('looks again, too, when the ADD ended before the load', async () => {
  await rules.load(of(db, isolations({ b: 80 })));
  rules.begin(web, ruleset(of(web, isolations({ b: 81 }))));
  const load = rules.load(of(db, isolations({ b: 82 })));
  rules.ended(web, true);
  await load;
  expect(await rules.load(isolations({ b: 82 }))).toBe(true);
});

it('keeps policies that went as long as the chain of a new pod may refer to them', async () => {
  const all = isolations({ a: 80 });
  await rules.load(of(db, all));
  rules.begin(web, ruleset(of(web, all)));
  await rules.load([]);
  expect(sent.at(-1)).toContain(`delete chain ${table} pod-${db}-ingress`);
  expect(sent.at(-1)).not.toContain(`delete chain ${table} policy-`);
  rules.ended(web, true);
  await rules.load([]);
  const gone = [`chain ${table} pod-${web}-ingress`, `chain ${table} policy-shop/a-ingress`];
  for (const name of [...gone, `set ${table} peers-shop/a-ingress-0`]) {
    expect(sent.at(-1)).toContain(`delete ${name}`);
  }
});

it('takes back all that an ADD that failed may have left', async () => {
  rules.begin(web, ruleset(of(web, isolations({ a: 80 }))));
  await rules.load([]);
  rules.ended(web, false);
  await rules.load([]);
  expect(rules.has(web)).toBe(false);
});

it('lists everything again after nft refused', async () => {
  let refuse = false;
  const asked: string[] = [];
  const shaky = kernelRules((argv) => {
    asked.push(argv[1] ?? '');
    const code = refuse && argv[1] === '-f' ? 1 : 0;
    return Promise.resolve({ code, stdout: '', stderr: 'Error: no' });
  });
  await shaky.load(isolations({ a: 80 }));
  refuse = true;
  await expect(shaky.load(isolations({ a: 81 }))).rejects.toThrow('Error: no');
  refuse = false;
  await shaky.load(isolations({ a: 81 }));
  expect(asked).toEqual(['-t', '-f', '-f', '-t', '-f']);
});
