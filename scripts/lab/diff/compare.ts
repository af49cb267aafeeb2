import { areas, type Area, type LabState } from './state.ts';

/** One difference between two states; what is absent has no text. */
export interface Change {
  /** undefined for what belongs to the cluster. */
  node?: string;
  area: Area;
  item: string;
  change: 'added' | 'removed' | 'changed';
  before?: string;
  after?: string;
}

type Items = Readonly<Record<string, string>>;

function changesOf(area: Area, before: Items, after: Items, node?: string): Change[] {
  const where = { ...(node === undefined ? {} : { node }), area };
  const gone = Object.keys(before).filter((item) => !(item in after));
  const added = Object.keys(after).filter((item) => !(item in before));
  const other = Object.keys(before).filter((item) => item in after && before[item] !== after[item]);
  return [
    ...gone.map((item): Change => ({
      ...where,
      item,
      change: 'removed',
      before: before[item] ?? '',
    })),
    ...added.map((item): Change => ({ ...where, item, change: 'added', after: after[item] ?? '' })),
    ...other.map((item): Change => ({
      ...where,
      item,
      change: 'changed',
      before: before[item] ?? '',
      after: after[item] ?? '',
    })),
  ];
}

/** A folder that is there or gone says all; what was in it need not be listed. */
function withoutContents(changes: readonly Change[]): Change[] {
  const folders = changes.filter(({ area, change, before, after }) => {
    return area === 'files' && change !== 'changed' && (before ?? after ?? '').startsWith('d ');
  });
  return changes.filter(
    ({ area, item, change, node }) =>
      area !== 'files' ||
      !folders.some(
        (folder) =>
          folder.node === node && folder.change === change && item.startsWith(`${folder.item}/`),
      ),
  );
}

function apiChanges(before: LabState['api'], after: LabState['api']): Change[] {
  const whole = changesOf(
    'api',
    Object.fromEntries(Object.keys(before).map((item) => [item, ''])),
    Object.fromEntries(Object.keys(after).map((item) => [item, ''])),
  );
  const both = Object.keys(before).filter((item) => item in after);
  const fields = both.flatMap((item) =>
    changesOf('api', before[item] ?? {}, after[item] ?? {}).map((change) => ({
      ...change,
      item: `${item}: ${change.item}`,
    })),
  );
  return [...whole, ...fields];
}

/** What has changed from one state to the other, in the order in which it is shown. */
export function compareStates(before: LabState, after: LabState): Change[] {
  const nodes = [...new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])];
  const onNodes = nodes.flatMap((node) =>
    (Object.keys(areas) as Area[]).flatMap((area) =>
      changesOf(area, before.nodes[node]?.[area] ?? {}, after.nodes[node]?.[area] ?? {}, node),
    ),
  );
  return [...apiChanges(before.api, after.api), ...withoutContents(onNodes)];
}
