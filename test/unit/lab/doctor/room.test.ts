import { describe, expect, it } from 'vitest';
import { judgeRoom, type RoomFacts } from '../../../../scripts/lab/doctor/room.ts';
import { bad, find } from './hosts.ts';

const gib = 2 ** 30;

describe('room', () => {
  const room = (change: Partial<RoomFacts> & { free?: number }): Record<string, string> => {
    const { free = 50e9, ...rest } = change;
    const disks = [{ uses: ['cache', 'state'], path: '/root', free }];
    return bad(judgeRoom({ stage: 'cold', memory: 8 * gib, disks, ...rest }));
  };

  it.each<[string, Parameters<typeof room>[0], Record<string, string>]>([
    ['plenty', {}, {}],
    ['exactly enough', { memory: 3 * gib, free: 10e9 }, {}],
    ['little memory', { memory: 3 * gib - 1 }, { memory: 'warn' }],
    ['the least memory', { memory: 2 * gib }, { memory: 'warn' }],
    ['too little memory', { memory: 2 * gib - 1 }, { memory: 'fail' }],
    ['little disk', { free: 10e9 - 1 }, { disk: 'warn' }],
    ['too little disk', { free: 6e9 - 1 }, { disk: 'fail' }],
    ['a full cache needs less disk', { stage: 'warm', free: 4e9 }, {}],
    ['a full cache needs as much memory', { stage: 'warm', memory: 1.9 * gib }, { memory: 'fail' }],
    ['nodes that run have their memory', { stage: 'made', memory: 1 * gib }, {}],
    ['a disk too full for anything', { stage: 'made', free: 0.4e9 }, { disk: 'fail' }],
  ])('%s', (_, change, expected) => {
    expect(room(change)).toEqual(expected);
  });

  it('judges each disk by itself', () => {
    const disks = [
      { uses: ['cache'], path: '/big', free: 99e9 },
      { uses: ['state'], path: '/small', free: 1e9 },
    ];
    const checks = judgeRoom({ stage: 'cold', memory: 8 * gib, disks });
    expect(bad(checks)).toEqual({ 'disk-2': 'fail' });
    expect(find(checks, 'disk-2').found).toBe('1.0 GB for state (/small)');
  });
});
