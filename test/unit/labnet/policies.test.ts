import { afterEach, describe, expect, it } from 'vitest';
import { sleep } from '../../../scripts/base/until.ts';
import { keepPolicies, type Policies } from '../../../scripts/labnet/agent/policies.ts';
import type { Exec } from '../../../scripts/labnet/plan/exec.ts';
import { run } from '../../../scripts/labnet/plan/run.ts';
import { commandText } from '../../../scripts/labnet/plan/step.ts';
import { fakeApi, paths, type FakeApi, type Thing } from '../../support/fake-api.ts';

const { namespaces, pods, policies } = paths;

function pod(name: string, app: string, uid = name): Thing {
  return {
    metadata: { name, namespace: 'default', uid, labels: { app } },
    spec: { nodeName: 'node1', containers: [] },
    status: {},
  };
}

function denyAll(app: string): Thing {
  return {
    metadata: { name: `deny-${app}`, namespace: 'default' },
    spec: { podSelector: { matchLabels: { app } }, policyTypes: ['Ingress'] },
  };
}

const stops: AbortController[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

interface Setup {
  keeper: Policies;
  loaded: string[];
  server: FakeApi;
  addresses: Map<string, string>;
  exec: Exec;
  /** The next change is refused. */
  refuse: () => void;
}

function setup(lists: Record<string, Thing[]>): Setup {
  const server = fakeApi(lists);
  const loaded: string[] = [];
  const addresses = new Map<string, string>();
  const stop = new AbortController();
  stops.push(stop);
  let table = false;
  let refused = false;
  const exec: Exec = (argv, stdin = '') => {
    const listing = 'table inet labnet_policy {\n}\n';
    if (argv[1] === '-t') {
      return Promise.resolve({ code: table ? 0 : 1, stdout: table ? listing : '', stderr: '' });
    }
    if (argv[0] === 'nft') {
      if (refused) {
        refused = false;
        return Promise.resolve({ code: 1, stdout: '', stderr: 'refused' });
      }
      table = true;
      loaded.push(stdin);
    }
    return Promise.resolve({ code: 0, stdout: '', stderr: '' });
  };
  const keeper = keepPolicies({
    api: server.api,
    exec,
    nodeName: 'node1',
    localAddresses: () => addresses,
    log: () => undefined,
    signal: stop.signal,
  });
  return { keeper, loaded, server, addresses, exec, refuse: () => (refused = true) };
}

const all = { [namespaces]: [{ metadata: { name: 'default' } }], [pods]: [], [policies]: [] };
const web = { namespace: 'default', name: 'web', uid: 'web' };

async function eventually(check: () => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return check();
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(10);
    }
  }
}

describe('policies of a node', () => {
  it('leave the kernel alone as long as there are none', async () => {
    const { keeper, loaded } = setup(all);
    await keeper.inForce;
    expect(await keeper.planFor(web, '10.244.1.2')).toEqual([]);
    expect(loaded).toEqual([]);
  });

  it('are unknown while the API server is away: pods have to wait', async () => {
    const { keeper } = setup({});
    const error: unknown = await keeper
      .planFor(web, '10.244.1.2')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 11 });
  });

  it('are in the plan of a new pod, with its address, which the API does not know yet', async () => {
    const { keeper, addresses } = setup({
      ...all,
      [pods]: [pod('web', 'web')],
      [policies]: [denyAll('web')],
    });
    await keeper.inForce;
    addresses.set('default/web', '10.244.1.2');
    const [step] = await keeper.planFor(web, '10.244.1.2');
    expect(step?.why).toContain('ingress of default/web');
    const text = step ? commandText(step.command) : '';
    expect(text).toContain('10.244.1.2');
    expect(text).toContain('isolated by default/deny-web');
  });

  it('do not touch pods that none selects', async () => {
    const { keeper, addresses } = setup({
      ...all,
      [pods]: [pod('web', 'web')],
      [policies]: [denyAll('db')],
    });
    await keeper.inForce;
    addresses.set('default/web', '10.244.1.2');
    expect(await keeper.planFor(web, '10.244.1.2')).toEqual([]);
  });

  it('ask for the labels of a pod that the watch has not told of, or that was made anew', async () => {
    const old = pod('web', 'web', 'old');
    const { keeper, addresses, server } = setup({
      ...all,
      [pods]: [old],
      [policies]: [denyAll('web')],
    });
    await keeper.inForce;
    addresses.set('default/web', '10.244.1.2');
    const before = server.asked.length;
    expect(await keeper.planFor(web, '10.244.1.2')).toHaveLength(1);
    expect(server.asked.slice(before)).toEqual(['/api/v1/namespaces/default/pods/web']);
  });

  it('are loaded again after an ADD that failed, so that its rules do not stay', async () => {
    const lists = { ...all, [pods]: [pod('web', 'web')], [policies]: [denyAll('web')] };
    const { keeper, addresses, loaded, exec } = setup(lists);
    await keeper.inForce;
    addresses.set('default/web', '10.244.1.2');
    await run(await keeper.planFor(web, '10.244.1.2'), exec);
    addresses.clear();
    keeper.settled('10.244.1.2', false);
    const before = loaded.length;
    await eventually(() => expect(loaded.length).toBe(before + 1));
    expect(loaded.at(-1)).toContain('delete chain inet labnet_policy pod-10.244.1.2-ingress');
  });

  it('leave a pod alone while its ADD is under way, and look after it then', async () => {
    const { keeper, addresses, loaded, server } = setup({
      ...all,
      [pods]: [pod('web', 'web'), pod('db', 'db')],
      [policies]: [denyAll('web')],
    });
    addresses.set('default/db', '10.244.1.3');
    await keeper.inForce;
    addresses.set('default/web', '10.244.1.2');
    await keeper.planFor(web, '10.244.1.2');
    server.say(policies, 'ADDED', denyAll('db'));
    await eventually(() => expect(loaded.at(-1)).toContain('isolated by default/deny-db'));
    expect(loaded.at(-1)).not.toContain('10.244.1.2');
    keeper.settled('10.244.1.2', true);
    server.say(policies, 'DELETED', denyAll('web'));
    const gone = 'delete chain inet labnet_policy pod-10.244.1.2-ingress';
    await eventually(() => expect(loaded.at(-1)).toContain(gone));
    expect(loaded.at(-1)).not.toContain('10.244.1.3');
  });

  it('of pods that nothing happens to are not loaded again', async () => {
    const { addresses, loaded, server } = setup({
      ...all,
      [pods]: [pod('web', 'web'), pod('db', 'db')],
      [policies]: [denyAll('web')],
    });
    addresses.set('default/web', '10.244.1.2').set('default/db', '10.244.1.3');
    await eventually(() => expect(loaded).toHaveLength(1));
    server.say(policies, 'ADDED', denyAll('db'));
    await eventually(() => expect(loaded).toHaveLength(2));
    expect(loaded[1]).toContain('isolated by default/deny-db');
    expect(loaded[1]).not.toContain('10.244.1.2');
  });

  it('ignore the address that the API still tells of a pod that has gone', async () => {
    const ended = { ...pod('old', 'web'), status: { podIP: '10.244.1.2' } };
    const { keeper, addresses, loaded } = setup({
      ...all,
      [pods]: [ended, pod('db', 'db')],
      [policies]: [denyAll('web'), denyAll('db')],
    });
    addresses.set('default/db', '10.244.1.2');
    await keeper.inForce;
    expect(loaded.at(-1)).toContain('isolated by default/deny-db');
    expect(loaded.at(-1)).not.toContain('deny-web');
  });

  it('are all loaded anew after nft has refused a change', async () => {
    const { addresses, loaded, server, refuse } = setup({
      ...all,
      [pods]: [pod('web', 'web'), pod('db', 'db')],
      [policies]: [denyAll('web')],
    });
    addresses.set('default/web', '10.244.1.2').set('default/db', '10.244.1.3');
    await eventually(() => expect(loaded).toHaveLength(1));
    refuse();
    server.say(policies, 'ADDED', denyAll('db'));
    await expect.poll(() => loaded.length, { timeout: 3_000 }).toBe(2);
    expect(loaded[1]).toContain('flush table inet labnet_policy');
    expect(loaded[1]).toMatch(/deny-web[^]*deny-db/);
  });

  it('follow what the API server tells', async () => {
    const { keeper, addresses, loaded, server } = setup({ ...all, [pods]: [pod('web', 'web')] });
    await keeper.inForce;
    addresses.set('default/web', '10.244.1.2');
    server.say(policies, 'ADDED', denyAll('web'));
    await eventually(() => expect(loaded.at(-1)).toContain('isolated by default/deny-web'));
    server.say(policies, 'DELETED', denyAll('web'));
    await eventually(() => expect(loaded.at(-1)).not.toContain('deny-web'));
    expect(keeper.figures()).toMatchObject({ rules: 0, failures: 0 });
  });
});
