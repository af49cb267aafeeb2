import type { CniAnswer } from './error.ts';
import type { CniVersion } from './request.ts';

/** What ADD has made, as far as the runtime is told. */
export interface Made {
  hostLink: string;
  hostMac: string;
  ifName: string;
  podMac: string;
  netns: string;
  mtu: number;
  /** With its prefix length, as in 10.244.1.5/24. */
  address: string;
  gateway: string;
  routes: { dst: string; gw?: string }[];
}

/**
 * The result of ADD in the version that the configuration speaks: 0.4.0 names the family of an address, 1.1.0 tells
 * the MTU. Containerd looks for the pod's link among the interfaces that have a sandbox.
 */
export function successResult(version: CniVersion, made: Made): Record<string, unknown> {
  const mtu = version === '1.1.0' ? { mtu: made.mtu } : {};
  return {
    cniVersion: version,
    interfaces: [
      { name: made.hostLink, mac: made.hostMac, ...mtu },
      { name: made.ifName, mac: made.podMac, ...mtu, sandbox: made.netns },
    ],
    ips: [
      {
        ...(version === '0.4.0' ? { version: '4' } : {}),
        interface: 1,
        address: made.address,
        gateway: made.gateway,
      },
    ],
    routes: made.routes,
    dns: {},
  };
}

export function answerOf(body?: unknown): CniAnswer {
  return { exit: 0, stdout: body === undefined ? '' : `${JSON.stringify(body)}\n` };
}
