import { replacePolicy, replaceRule, type Edit } from './edits.ts';
import { endOf, judge, type Judgement, type Packet } from './judge.ts';
import { directions, nameOf, type Direction, type Policy, type World } from './model.ts';
import { peerEdits, peerOf, portEdit } from './rule-edits.ts';

/** A small change that turns the verdict. If both ends deny, one flip for each end is needed. */
export interface Flip {
  direction: Direction;
  text: string;
  /** The world with the change: that it does turn the verdict has been tried. */
  world: World;
}

function policyNamed(world: World, name: string): Policy {
  return world.policies.find((policy) => nameOf(policy) === name) as Policy;
}

/** Near each rule that lacks only one thing; a new rule if there is none; the policy itself if it is the only one. */
function opening(world: World, packet: Packet, before: Judgement, direction: Direction): Edit[] {
  const other = endOf(world, direction === 'ingress' ? packet.from : packet.to);
  const opens = (edit: Edit): boolean => {
    const after = judge(edit.world, packet);
    // Labels may bring the pod under more policies: what opens one end must not close the other.
    return directions.every(
      (one) => after[one].allowed || (one !== direction && !before[one].allowed),
    );
  };
  const policies = before[direction].by.map((name) => policyNamed(world, name));
  const near = policies.flatMap((policy) =>
    (policy[direction] ?? []).flatMap((rule, place) => {
      const spot = { world, policy, direction, place, rule, other, packet };
      const ports = [portEdit(spot)].filter(opens);
      return ports.length > 0 ? ports : peerEdits(spot).filter(opens);
    }),
  );
  const [policy] = policies;
  if (!policy) return near;
  const { peer, words } = peerOf(other);
  const { protocol, port } = packet;
  const where = direction === 'ingress' ? 'from' : 'to';
  const added: Edit = {
    text: `add a rule for ${protocol} ${port} ${where} ${words} to ${nameOf(policy)} ${direction}`,
    world: replaceRule(world, policy, direction, policy[direction]?.length ?? 0, {
      peers: [peer],
      ports: [{ protocol, port }],
    }),
  };
  const removed: Edit = {
    text: `delete ${nameOf(policy)}: no other policy isolates ${direction} here`,
    world: replacePolicy(world, policy),
  };
  return [...near, ...(near.length === 0 ? [added] : []), removed].filter(opens);
}

/** A rule in the place of another, so that those behind it keep their numbers. */
const nobody = { peers: [{ ipBlock: { cidr: '::/128', except: [] } }], ports: [] };

/** Without every rule that lets the packet through, or isolated in the first place. */
function closing(world: World, packet: Packet, before: Judgement, direction: Direction): Edit[] {
  const { pod } = endOf(world, direction === 'ingress' ? packet.to : packet.from);
  const closes = (edit: Edit): boolean => !judge(edit.world, packet).allowed;
  if (!pod) return [];
  if (!before[direction].isolated) {
    const policy = {
      ...{ namespace: pod.namespace, name: 'new' },
      podSelector: { matchLabels: pod.labels },
      [direction]: [],
    };
    const text = `create a policy that isolates ${direction} of ${nameOf(pod)} and does not allow this`;
    return [{ text, world: { ...world, policies: [...world.policies, policy] } }].filter(closes);
  }
  const names: string[] = [];
  let less = world;
  for (;;) {
    const by = judge(less, packet)[direction].allowedBy;
    if (!by) break;
    names.push(`${by.policy} ${by.rule}`);
    const place = Number(/\d+/.exec(by.rule)?.[0]);
    less = replaceRule(less, policyNamed(less, by.policy), direction, place, nobody);
  }
  return [{ text: `remove ${names.join(' and ')}`, world: less }].filter(closes);
}

/** In the order of directions, policies and rules. */
export function flipsOf(world: World, packet: Packet, before: Judgement): Flip[] {
  const concerned = directions.filter((one) => before.allowed || !before[one].allowed);
  const edits = before.allowed ? closing : opening;
  return concerned.flatMap((direction) =>
    edits(world, packet, before, direction).map((edit) => ({ direction, ...edit })),
  );
}
