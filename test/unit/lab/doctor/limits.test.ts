import { describe, expect, it } from 'vitest';
import { judgeLimits, type LimitFacts } from '../../../../scripts/lab/doctor/limits.ts';
import { bad, find } from './hosts.ts';

describe('limits', () => {
  const laptop: LimitFacts = {
    capabilities: '000001ffffffffff',
    files: 20_000,
    processes: 20_000,
    sysctls: {
      'fs.inotify.max_user_instances': 8192,
      'fs.inotify.max_user_watches': 524_288,
      'net.netfilter.nf_conntrack_max': 262_144,
    },
  };

  it('has nothing to say about a usual laptop', () => {
    expect(bad(judgeLimits(laptop))).toEqual({});
  });

  it('warns on the small virtual machine, and knows the setting to change', () => {
    const checks = judgeLimits({
      ...laptop,
      capabilities: '000001fffeffffff',
      sysctls: { ...laptop.sysctls, 'fs.inotify.max_user_instances': 128 },
    });
    expect(bad(checks)).toEqual({ capabilities: 'warn', max_user_instances: 'warn' });
    expect(find(checks, 'capabilities').found).toBe('missing: CAP_SYS_RESOURCE');
    const setting = find(checks, 'max_user_instances');
    expect(setting.commands).toEqual([['sysctl', '-w', 'fs.inotify.max_user_instances=1024']]);
    expect(setting.fix[0]).toBe('sysctl -w fs.inotify.max_user_instances=1024');
  });

  it('fails in a container with the usual few capabilities', () => {
    const checks = judgeLimits({ ...laptop, capabilities: '00000000a80425fb' });
    expect(bad(checks)).toEqual({ capabilities: 'fail' });
    expect(find(checks, 'capabilities').found).toBe(
      'missing: CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_RESOURCE',
    );
  });

  it.each([
    [19_999, 'warn'],
    [4_096, 'warn'],
    [1_024, 'fail'],
  ])('%i open files: %s', (files, status) => {
    expect(bad(judgeLimits({ ...laptop, files }))).toEqual({ nofile: status });
  });

  it('loads the module behind a setting that is not there', () => {
    const checks = judgeLimits({
      ...laptop,
      sysctls: { ...laptop.sysctls, 'net.netfilter.nf_conntrack_max': undefined },
    });
    expect(find(checks, 'nf_conntrack_max').commands?.[0]).toEqual(['modprobe', 'nf_conntrack']);
  });
});
