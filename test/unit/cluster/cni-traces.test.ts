import { describe, expect, it } from 'vitest';
import { flannel } from '../../../scripts/cluster/cni/flannel.ts';
import { leftoversSeen, parseLook, tracesSeen } from '../../../scripts/cluster/cni/look.ts';
import { podState } from '../../../scripts/cluster/cni/status.ts';
import { removalArguments } from '../../../scripts/cluster/cni/traces.ts';
import { labnet } from '../../../scripts/cluster/cni/labnet.ts';
import { weave } from '../../../scripts/cluster/cni/weave.ts';
import { routeProtocol } from '../../../scripts/labnet/config.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';

const { settings } = fakeCluster();

const seen = `file 10-flannel.conflist
file 87-mine.conflist
network cbr0 flannel portmap
link lo
link cni0
link weave0
chain FORWARD
chain FLANNEL-FWD
chain FORWARD
table ip labnet_nat
protocol 198
path /run/flannel
`;

function pairsOf(argv: readonly string[]): string[] {
  return argv.flatMap((word, i) => (i % 2 === 0 ? [`${word} ${argv[i + 1]}`] : []));
}

describe('what is looked for on a node', () => {
  it('is read line by line', () => {
    expect(parseLook(seen)).toEqual({
      files: ['10-flannel.conflist', '87-mine.conflist'],
      network: { name: 'cbr0', plugins: ['flannel', 'portmap'] },
      links: ['lo', 'cni0', 'weave0'],
      chains: ['FORWARD', 'FLANNEL-FWD'],
      tables: ['ip labnet_nat'],
      protocols: ['198'],
      paths: ['/run/flannel'],
    });
    expect(parseLook('').network).toBeUndefined();
  });

  it('counts as a trace only under exactly its name', () => {
    expect(tracesSeen(flannel, parseLook(seen))).toEqual([
      'device cni0',
      '/run/flannel',
      'chain FLANNEL-FWD',
    ]);
    expect(tracesSeen(weave, parseLook(seen))).toEqual([]);
  });

  it('is left over only from networks that are not installed', () => {
    const tables = {
      cni: 'labnet',
      traces: ['nftables table ip labnet_nat', 'rules of protocol 198 in ip rule'],
    };
    expect(leftoversSeen(parseLook(seen), ['flannel', 'labnet'])).toEqual([]);
    expect(leftoversSeen(parseLook(seen), ['flannel'])).toEqual([tables]);
    expect(leftoversSeen(parseLook(seen), [])).toEqual([
      { cni: 'flannel', traces: ['device cni0', '/run/flannel', 'chain FLANNEL-FWD'] },
      tables,
    ]);
  });
});

describe('what is removed from a node', () => {
  it('comes from the traces of the network, with the routes into its range', () => {
    const pairs = pairsOf(removalArguments(flannel, settings));
    expect(pairs).toEqual(expect.arrayContaining(['chain FLANNEL-', 'chain CNI-', 'link cni0']));
    expect(pairs).toContain('route 10.244.0.0/16');
    expect(pairs).toContain('path /etc/cni/net.d/10-flannel.conflist');
    expect(pairs).toContain('path /etc/cni/net.d/99-lab-teardown.conflist');
    expect(pairs).toContain('results /var/lib/cni/results');
  });

  it('has the ENIs and rules of labnet, and the ends of its pods by their alias', () => {
    const pairs = pairsOf(removalArguments(labnet, settings));
    expect(pairs).toEqual(
      expect.arrayContaining(['link labnet-eni14', 'alias labnet:', `protocol ${routeProtocol}`]),
    );
  });

  it('has the routes of weave in its own range', () => {
    expect(pairsOf(removalArguments(weave, settings))).toContain('route 10.32.0.0/12');
  });

  it('never is a folder that others use, too', () => {
    for (const { traces } of [flannel, weave]) {
      for (const path of traces.paths) expect(path.split('/').length).toBeGreaterThan(2);
      expect(traces.paths).not.toContain('/etc/cni/net.d');
      expect(traces.paths).not.toContain('/opt/cni/bin');
      for (const prefix of traces.chains) expect(prefix.length).toBeGreaterThan(3);
    }
  });
});

describe('the state of an agent', () => {
  const metadata = { name: 'kube-flannel-ds-x' };
  const waiting = (reason: string): { ready: boolean; state: object } => {
    return { ready: false, state: { waiting: { reason } } };
  };

  it('is that of kubectl', () => {
    const status = { phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff')] };
    expect(podState({ metadata, spec: {}, status })).toEqual({
      ready: false,
      state: 'CrashLoopBackOff',
    });
    const running = { phase: 'Running', containerStatuses: [{ ready: true, state: {} }] };
    expect(podState({ metadata, spec: {}, status: running })).toEqual({
      ready: true,
      state: 'Running',
    });
    const ending = { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(podState({ metadata: ending, spec: {}, status: running }).state).toBe('Terminating');
  });

  it('names what the init container waits for', () => {
    const status = {
      phase: 'Pending',
      initContainerStatuses: [waiting('ImagePullBackOff')],
      containerStatuses: [waiting('PodInitializing')],
    };
    expect(podState({ metadata, spec: {}, status }).state).toBe('ImagePullBackOff');
  });
});
