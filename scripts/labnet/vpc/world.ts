import type { NodeFacts } from '../node/facts.ts';
import type { Plan } from '../plan/step.ts';
import { ruleStep, worldMark, worldRule } from './rules.ts';

export const vpcTable = 'ip labnet_vpc';

/** Behind the translation of destinations (-100): what counts is where a packet really goes. */
const priority = -90;

function markText(podSubnet: string): string {
  return `add table ${vpcTable}
add chain ${vpcTable} world { type filter hook prerouting priority ${priority}; }
flush chain ${vpcTable} world
add rule ${vpcTable} world iifname "eni*" ip daddr != ${podSubnet} meta mark set meta mark | ${worldMark} comment "to the world by the node's own NIC"
`;
}

/** The world outside the VPC, as AWS has it while the node itself translates addresses (no external SNAT). */
export function worldPlan({ podSubnet, uplink }: NodeFacts): Plan {
  return [
    {
      id: 'sysctl-rp_filter',
      why: `A packet to a pod of a secondary ENI comes in by ${uplink.link}, and the answer leaves by that ENI. Strict checks of the way back would drop such packets; 2 is the loose check.`,
      command: {
        tool: 'write',
        path: `/proc/sys/net/ipv4/conf/${uplink.link}/rp_filter`,
        text: '2',
      },
    },
    {
      id: 'world-mark',
      why: `What pods send to the world leaves with the node's address, so it must leave by the node's own NIC, whichever ENI the pod belongs to. Such packets get the mark ${worldMark} before they are routed.`,
      command: { tool: 'nft', text: markText(podSubnet) },
      undo: { tool: 'nft', text: `delete table ${vpcTable}\n` },
    },
    ruleStep(
      'world-rule',
      'Marked packets use the main table; this rule comes before those that send a pod to the table of its ENI.',
      worldRule,
    ),
  ];
}
