import { routeProtocol } from '../config.ts';
import type { Step } from '../plan/step.ts';
import type { Peer } from './facts.ts';

/** The route to another node's pods. */
export function routeStep(peer: Peer, via: string, dev: string, onlink: boolean): Step {
  return {
    id: `route-${peer.name}`,
    why: `The pods of ${peer.name} are in ${peer.range}; the way there is ${via}.`,
    command: {
      tool: 'ip',
      words: [
        ...['route', 'replace', peer.range, 'via', via, 'dev', dev],
        ...(onlink ? ['onlink'] : []),
        ...['proto', routeProtocol],
      ],
    },
    undo: { tool: 'ip', words: ['route', 'delete', peer.range, 'proto', routeProtocol] },
    verify: {
      show: `ip route show ${peer.range}`,
      problem: ({ node }) =>
        node.routes.some(
          (route) => route.dst === peer.range && route.gateway === via && route.dev === dev,
        )
          ? undefined
          : `the route to ${peer.range} via ${via} is gone`,
    },
  };
}
