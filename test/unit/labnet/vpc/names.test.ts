import { describe, expect, it } from 'vitest';
import { podLinkName } from '../../../../scripts/labnet/pod/names.ts';
import { strayRules } from '../../../../scripts/labnet/vpc/rules.ts';
import { eniId, eniTable } from '../../../../scripts/labnet/vpc/names.ts';

describe('names of the mode vpc', () => {
  const pod = { namespace: 'default', name: 'frontend-c894f7bb7-xnx2n' };

  it('are those that AWS gives', () => {
    const link = podLinkName({ containerId: 'x', ifName: 'eth0', pod });
    expect(link).toBe('enife6ba1a7e11');
    expect(podLinkName({ containerId: 'other', ifName: 'eth0', pod })).toBe(link);
    expect([0, 1, 2].map(eniTable)).toEqual(['main', '2', '3']);
    expect(eniId('10.244.1.0/24', 1)).toMatch(/^eni-[0-9a-f]{17}$/);
  });

  it('are of the container when nobody knows of a pod, and differ for each link', () => {
    const names = ['eth0', 'net1'].flatMap((ifName) => [
      podLinkName({ containerId: 'a', ifName }),
      podLinkName({ containerId: 'b', ifName }),
      podLinkName({ containerId: 'a', ifName, pod }),
    ]);
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^eni[0-9a-f]{11}$/);
  });
});

describe('rules that should not be there', () => {
  it('are ours by their number, and told from those that should', () => {
    const rule = { priority: 512, src: 'all', table: 'main', protocol: '198' };
    const seen = [
      { ...rule, dst: '10.244.1.2' },
      { ...rule, dst: '10.244.1.3' },
      { priority: 512, src: 'all', table: 'main', dst: '10.244.1.4' },
      { ...rule, priority: 1536, src: '10.244.1.8', table: '2' },
      { ...rule, priority: 1024, fwmark: '0x80', fwmask: '0x80' },
    ];
    const strays = strayRules(seen, [
      { priority: 512, selector: ['to', '10.244.1.2'], table: 'main' },
    ]);
    expect(strays.map(({ undo }) => (undo && 'words' in undo ? undo.words.join(' ') : ''))).toEqual(
      [
        'rule delete to 10.244.1.3 lookup main priority 512 protocol 198',
        'rule delete from 10.244.1.8 lookup 2 priority 1536 protocol 198',
        'rule delete fwmark 0x80/0x80 lookup main priority 1024 protocol 198',
      ],
    );
  });
});
