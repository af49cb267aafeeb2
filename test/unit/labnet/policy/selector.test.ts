import { describe, expect, test } from 'vitest';
import {
  matcher,
  selectorText,
  unmet,
  type Selector,
} from '../../../../scripts/labnet/policy/selector.ts';

const web = { app: 'web', tier: 'front' };

const cases: [Selector, boolean, string][] = [
  [{}, true, ''],
  [{ matchLabels: { app: 'web' } }, true, 'app=web'],
  [{ matchLabels: { app: 'web', tier: 'back' } }, false, 'app=web,tier=back'],
  [
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'web'] }] },
    true,
    'app in (db, web)',
  ],
  [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, false, 'zone=a'],
  [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false, 'app!=web'],
  [
    { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a', 'b'] }] },
    true,
    'zone notin (a, b)',
  ],
  [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true, 'app'],
  [{ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, false, 'constructor'],
  [{ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false, '!app'],
  [
    { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] },
    true,
    'app=web,!zone',
  ],
];

describe('label selectors', () => {
  test.each(cases)('%j: %s', (selector, wanted, text) => {
    expect(matcher(selector)(web)).toBe(wanted);
    expect(selectorText(selector)).toBe(text);
    expect(unmet(selector, web).length === 0).toBe(wanted);
  });

  test('names the conditions that are not met', () => {
    const selector: Selector = { matchLabels: { app: 'web', tier: 'back' } };
    expect(unmet(selector, web)).toEqual([{ key: 'tier', operator: 'In', values: ['back'] }]);
  });
});
