import { describe, expect, it } from 'vitest';
import { compareStates } from '../../../../scripts/lab/diff/compare.ts';
import { readNodeState } from '../../../../scripts/lab/diff/look.ts';
import { withoutPodAddresses } from '../../../../scripts/lab/diff/pod-names.ts';
import type { LabState } from '../../../../scripts/lab/diff/state.ts';

const lab = (node: string, api: LabState['api'] = {}): LabState => ({
  version: 1,
  nodes: { node1: readNodeState(node) },
  api,
});

const same = `host\tname\tnode1
files\t/etc/hosts\tf 644 0:0 12\t1700000000.1
digest\t/etc/hosts\taaaa
files\t/usr/bin/ip\tf 755 0:0 99\t1700000000.1
files\t/opt\td 755 0:0\t
routes\tdefault via 10.0.2.2\t`;

describe('comparing two looks at a lab', () => {
  it('finds nothing where nothing has changed', () => {
    expect(compareStates(lab(same), lab(same))).toEqual([]);
  });

  it('takes the content of a file for it, not its time, where the content is known', () => {
    const touched = same.replaceAll('1700000000.1', '1800000000.2');
    const items = compareStates(lab(same), lab(touched)).map(({ item }) => item);
    expect(items).toEqual(['/usr/bin/ip']);
    const written = same.replace('aaaa', 'bbbb');
    expect(compareStates(lab(same), lab(written))).toEqual([
      {
        node: 'node1',
        area: 'files',
        item: '/etc/hosts',
        change: 'changed',
        before: 'f 644 0:0 12 aaaa',
        after: 'f 644 0:0 12 bbbb',
      },
    ]);
  });

  it('names what was added and removed, node by node', () => {
    const after = same.replace('default via 10.0.2.2', 'blackhole default');
    expect(compareStates(lab(same), lab(after))).toEqual([
      {
        node: 'node1',
        area: 'routes',
        item: 'default via 10.0.2.2',
        change: 'removed',
        before: '',
      },
      { node: 'node1', area: 'routes', item: 'blackhole default', change: 'added', after: '' },
    ]);
  });

  it('says of a folder that it is gone, not of all that was in it', () => {
    const full = `${same}\nfiles\t/opt/cni\td 755 0:0\t\nfiles\t/opt/cni/bin\tf 755 0:0 1\t1.0`;
    expect(compareStates(lab(full), lab(same)).map(({ item }) => item)).toEqual(['/opt/cni']);
  });

  it('counts what is there twice', () => {
    const twice = `${same}\nroutes\tdefault via 10.0.2.2\t`;
    expect(compareStates(lab(same), lab(twice)).map(({ item }) => item)).toEqual([
      'default via 10.0.2.2 (again)',
    ]);
  });

  it('shows fields of objects, and whole objects that came or went', () => {
    const before = { 'Service web': { 'spec.port': '80' }, 'Pod a': { 'spec.x': '1' } };
    const after = { 'Service web': { 'spec.port': '81' }, 'Pod b': { 'spec.x': '1' } };
    expect(compareStates(lab(same, before), lab(same, after))).toEqual([
      { area: 'api', item: 'Pod a', change: 'removed', before: '' },
      { area: 'api', item: 'Pod b', change: 'added', after: '' },
      { area: 'api', item: 'Service web: spec.port', change: 'changed', before: '80', after: '81' },
    ]);
  });
});

describe('addresses of pods', () => {
  it('are named after the pods, which get others at each start', () => {
    const rule = (ip: string): string => `nat -A X -d ${ip}/32 -j ACCEPT`;
    const look = (ip: string): unknown =>
      withoutPodAddresses({ iptables: { [rule(ip)]: '' } }, new Map([[ip, 'default/web']]));
    expect(look('10.244.1.2')).toEqual(look('10.244.1.9'));
    expect(look('10.244.1.2')).toMatchObject({ iptables: { [rule('default/web')]: '' } });
  });
});
