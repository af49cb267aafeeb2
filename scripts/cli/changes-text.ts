import { areas, type Area } from '../lab/diff/state.ts';
import type { Change } from '../lab/diff/compare.ts';
import { paint } from './print.ts';

/** More of one kind says nothing new; --json has all. */
const most = 20;

function line({ change, item, before, after }: Change): string {
  const value = (text: string | undefined): string => (text ? `   ${text}` : '');
  if (change === 'added') return paint('green', `  + ${item}`) + paint('dim', value(after));
  if (change === 'removed') return paint('red', `  - ${item}`) + paint('dim', value(before));
  return paint('yellow', `  ~ ${item}`) + paint('dim', `   ${before} -> ${after}`);
}

/** Changes under headings: the cluster first, then node by node. */
export function changesText(changes: readonly Change[]): string {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${change.node ?? 'cluster'}\t${change.area}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  const lines: string[] = [];
  for (const [key, group] of groups) {
    const [where = '', area = ''] = key.split('\t');
    lines.push(paint('bold', `${where}: ${areas[area as Area]}`));
    lines.push(...group.slice(0, most).map(line));
    if (group.length > most) lines.push(`    … and ${group.length - most} more (--json shows all)`);
  }
  lines.push('', 'lab reset   takes all of it back');
  return lines.join('\n');
}
