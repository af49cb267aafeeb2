import { quote } from '../../base/argv.ts';
import type { CallRecord } from '../agent/calls.ts';
import { attachmentPlan, attachmentResult } from '../agent/attachment.ts';
import type { AttachmentState } from '../agent/state.ts';
import type { NodeFacts } from '../node/facts.ts';
import { commandText, type Step } from '../plan/step.ts';
import { toldOfAddress, toldOfBuild, toldOfConfigure } from './told.ts';

/** A command, why it is given, and how to see that it had its effect. */
export interface ExplainedCommand {
  id: string;
  why: string;
  command: string;
  show?: string;
}

/** One of the seven steps by which a container gets its network. */
export interface ExplainedStep {
  number: number;
  title: string;
  text: string;
  commands: ExplainedCommand[];
  /** Measured; absent where nothing was, as in a dry run. */
  ms?: number;
}

export interface Explanation {
  pod: string;
  node: string;
  address: string;
  /** When the last ADD was, ISO 8601; absent for a pod that does not exist yet. */
  at?: string;
  /** What the last ADD took. */
  ms?: number;
  steps: ExplainedStep[];
}

/** What the cluster knows of the pod, beside the agent. */
export interface PodFacts {
  /** As the API server has it by now. */
  podIP?: string;
}

export interface Explainable {
  pod: string;
  node: string;
  facts: NodeFacts;
  attachment: AttachmentState;
  call?: CallRecord;
  known?: PodFacts;
}

function explained({ id, why, command, verify }: Step): ExplainedCommand {
  return {
    id,
    why,
    command: commandText(command),
    ...(verify ? { show: verify.show } : {}),
  };
}

/** How long the steps with these ids took; steps that went to the kernel together count together. */
function timeOf(ids: readonly string[], call: CallRecord | undefined): number | undefined {
  const found = call?.timings.filter(({ steps }) => steps.some((id) => ids.includes(id))) ?? [];
  return found.length === 0 ? undefined : found.reduce((sum, { ms }) => sum + ms, 0);
}

function inPod({ command }: Step): boolean {
  return 'netns' in command && command.netns !== undefined;
}

function callText(
  call: CallRecord | undefined,
  { containerId, netns, ifName }: AttachmentState,
): string {
  const env = call?.env ?? {
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: containerId,
    CNI_NETNS: netns,
    CNI_IFNAME: ifName,
  };
  const words = Object.entries(env)
    .filter(([name]) => name !== 'CNI_PATH')
    .map(([name, value]) => `${name}=${quote(value)}`);
  return `${words.join(' \\\n  ')} \\\n  /opt/cni/bin/labnet < configuration`;
}

/**
 * The seven steps by which a container gets its network, with this pod's own values. Labnet takes the address (5)
 * before it builds the interfaces (4), because the MACs are made from it; the order told is the course's.
 */
export function explain(subject: Explainable): Explanation {
  const { pod, node, facts, attachment, call, known } = subject;
  const plan = attachmentPlan(attachment);
  const build = plan.filter((step) => !inPod(step));
  const configure = plan.filter(inPod);
  const { wiring, containerId, netns } = attachment;
  const result = call?.result ?? attachmentResult('1.1.0', attachment);
  const step = (
    number: number,
    title: string,
    text: string,
    steps: readonly Step[] = [],
    commands: ExplainedCommand[] = steps.map(explained),
  ): ExplainedStep => {
    const ms = timeOf(
      steps.map(({ id }) => id),
      call,
    );
    return { number, title, text, commands, ...(ms === undefined ? {} : { ms }) };
  };
  const asCommand = (id: string, why: string, command: string): ExplainedCommand[] => [
    { id, why, command },
  ];
  return {
    pod,
    node,
    address: wiring.address,
    ...(call ? { at: call.at, ms: call.ms } : {}),
    steps: [
      step(
        1,
        'The operator supplies a network configuration',
        `/etc/cni/net.d/10-labnet.conflist names the plugin "labnet". The cluster's pods are in ${facts.podSubnet}; ${node} has ${facts.range} of it (spec.podCIDR of its Node), and its agent works in mode ${facts.mode} by ${facts.uplink.link} ${facts.uplink.address}.`,
        [],
        asCommand(
          'configuration',
          'What containerd reads.',
          'cat /etc/cni/net.d/10-labnet.conflist',
        ),
      ),
      step(
        2,
        "Kubelet has the pod's network namespace made",
        `containerd made ${netns} for sandbox ${containerId.slice(0, 13)}…. Only when its network is there does it start the pause container in it.`,
        [],
        asCommand('namespace', 'What is in it.', `ip -n ${wiring.netns} address`),
      ),
      step(
        3,
        'The CNI library calls the plugin with the namespace and ADD',
        'Variables say what for, standard input carries the configuration. The plugin hands both to the agent of the node.',
        [],
        asCommand('call', 'What containerd runs.', callText(call, attachment)),
      ),
      step(
        4,
        'The plugin builds interfaces, rules and routes on the node',
        toldOfBuild(wiring),
        build,
      ),
      step(
        5,
        'It asks for an address, and gets JSON',
        `${toldOfAddress(wiring, facts)} Labnet does this before step 4, because the MAC ${wiring.mac} is made from it.`,
        [],
        asCommand('address', 'The answer.', JSON.stringify((result as { ips?: unknown }).ips)),
      ),
      step(
        6,
        'It configures the interface with the address',
        `Now inside the pod's namespace: ${toldOfConfigure(wiring)}`,
        configure,
      ),
      step(
        7,
        "The pod's network reaches the API server",
        `containerd gets the result; kubelet writes the address into the pod's status${known?.podIP === undefined ? '' : `, which says ${known.podIP}`}. Only from then on do other nodes know of it: services, and policies that allow it.`,
        [],
        asCommand('result', 'What the plugin printed.', JSON.stringify(result)),
      ),
    ],
  };
}
