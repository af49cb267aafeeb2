import { describe, expect, it } from 'vitest';
import { packagesIn } from '../../../../scripts/lab/doctor/packages.ts';
import { judgeTools, type ToolFacts } from '../../../../scripts/lab/doctor/tools.ts';
import { bad, find } from './hosts.ts';

describe('tools', () => {
  const all = [
    ...['iproute2', 'tar', 'ca-certificates', 'netavark', 'iptables'],
    ...['mmdebstrap', 'debian-archive-keyring', 'gcc', 'libc6-dev'],
  ];
  const complete: ToolFacts = { engine: 'podman', source: 'auto', present: all, go: 'go1.26.1' };

  it('has nothing to say when all is there', () => {
    expect(bad(judgeTools(complete))).toEqual({});
  });

  it('names every package that a fresh machine lacks, so that one installation does', () => {
    const checks = judgeTools({ ...complete, present: ['tar'] });
    expect(packagesIn(checks)).toEqual(all.filter((name) => name !== 'tar'));
    expect(find(checks, 'package-gcc').status).toBe('fail');
    expect(find(checks, 'package-mmdebstrap').status).toBe('warn');
  });

  it('wants nothing of podman when docker makes the nodes', () => {
    const present = all.filter((name) => name !== 'netavark' && name !== 'iptables');
    expect(bad(judgeTools({ ...complete, engine: 'docker', present }))).toEqual({});
  });

  it.each(['auto', 'release', 'modules'] as const)('needs Go with source %s', (source) => {
    const facts = { ...complete, source, go: undefined, goProblem: 'found go1.19.8' };
    const checks = judgeTools(facts);
    expect(bad(checks)).toEqual({ go: 'fail' });
    expect(find(checks, 'go').found).toBe('found go1.19.8');
  });

  it('needs neither Go nor a compiler with a bundle', () => {
    const present = ['iproute2', 'tar', 'netavark', 'iptables'];
    const facts: ToolFacts = { ...complete, source: 'bundle', present, go: undefined };
    expect(bad(judgeTools(facts))).toEqual({});
  });
});
