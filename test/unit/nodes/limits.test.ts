import { describe, expect, it } from 'vitest';
import { hardLimit, ulimitArgv } from '../../../scripts/nodes/limits.ts';

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max processes             7000                 8000                 processes
Max open files            1024                 1048576              files
Max locked memory         8388608              8388608              bytes
`;

describe('hardLimit', () => {
  it('is the hard one, not the soft one', () => {
    expect(hardLimit(limits, 'Max processes')).toBe(8000);
  });

  it.each(['Max open files', 'Max cpu time', 'Max no such row'])(
    'asks for no more than a node needs: %s',
    (row) => {
      expect(hardLimit(limits, row)).toBe(20_000);
    },
  );
});

describe('ulimitArgv', () => {
  it('stays within what this host allows', async () => {
    const argv = await ulimitArgv();
    expect(argv.filter((word) => word === '--ulimit')).toHaveLength(2);
    for (const limit of argv.filter((word) => word !== '--ulimit')) {
      expect(limit).toMatch(/^(nofile|nproc)=([1-9]\d*):\2$/);
    }
  });
});
