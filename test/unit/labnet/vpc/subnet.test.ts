import { describe, expect, it } from 'vitest';
import { sharedSubnet, grantOf } from '../../../../scripts/labnet/agent/subnet.ts';
import type { ApiClient } from '../../../../scripts/labnet/api/client.ts';
import { heldAnnotation } from '../../../../scripts/labnet/config.ts';

describe('what a subnet grants', () => {
  it.each([
    [30, 12, 6, 5, 5, undefined],
    [30, 20, 6, 5, 4, /this node holds 6, the others node1 20/],
    [30, 24, 6, 5, 0, /used up: of its 30 addresses/],
    [30, 40, 6, 5, 0, /used up/],
  ])(
    'of %i, when others hold %i and this node %i',
    (size, others, held, wanted, count, refusal) => {
      const answer = grantOf(size, new Map([['node1', others]]), held, wanted);
      expect(answer.count).toBe(count);
      if (refusal) expect(answer.refusal).toMatch(refusal);
      else expect(answer.refusal).toBeUndefined();
    },
  );
});

/** An API server with nothing but the annotation of each node. */
function fakeApi(): { api: ApiClient; held: Map<string, string>; asked: string[] } {
  const held = new Map<string, string>();
  const asked: string[] = [];
  const api: ApiClient = {
    get<T>() {
      asked.push('get');
      const items = [...held].map(([name, value]) => ({
        metadata: { name, annotations: { [heldAnnotation]: value } },
      }));
      return Promise.resolve({ items } as T);
    },
    patch(path, body) {
      const { metadata } = body as { metadata: { annotations: Record<string, string> } };
      const value = metadata.annotations[heldAnnotation] ?? '';
      asked.push(`patch ${value}`);
      held.set(path.split('/').at(-1) ?? '', value);
      return Promise.resolve();
    },
    lines: () => {
      throw new Error('not asked');
    },
  };
  return { api, held, asked };
}

describe('a subnet that all agents share', () => {
  it('is written down before it counts, and nothing is written where there is nothing to get', async () => {
    const { api, held, asked } = fakeApi();
    held.set('node2', '12');
    held.set('master', '');
    const subnet = sharedSubnet(api, 'node1', 20);
    expect(await subnet.grant(6, 5)).toMatchObject({ count: 2 });
    expect(asked).toEqual(['get', 'patch 8', 'get']);
    asked.length = 0;
    expect(await subnet.grant(8, 5)).toMatchObject({ count: 0 });
    expect(asked).toEqual(['get']);
    await subnet.tell(6);
    expect(held.get('node1')).toBe('6');
  });

  it('is never granted twice, in whatever order agents ask', async () => {
    for (let delay = 0; delay < 12; delay++) {
      const { api, held } = fakeApi();
      const [one, two] = ['node1', 'node2'].map((name) => sharedSubnet(api, name, 10));
      const first = one?.grant(0, 8);
      for (let i = 0; i < delay; i++) await Promise.resolve();
      const both = await Promise.all([first, two?.grant(0, 8)]);
      const granted = both.reduce((sum, answer) => sum + (answer?.count ?? 0), 0);
      expect(granted).toBeLessThanOrEqual(10);
      expect([...held.values()].reduce((sum, one_) => sum + Number(one_), 0)).toBe(granted);
    }
  });
});
