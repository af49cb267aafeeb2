import { flipsOf } from './flips.ts';
import { judge, type Judgement, type Packet } from './judge.ts';
import type { Direction, World } from './model.ts';

export interface Verdict extends Judgement {
  /** The smallest changes that would turn it; if both ends deny, one for each end is needed. */
  flips: { direction: Direction; text: string }[];
}

/** Is the packet allowed, by which rules, and what would have to change for the opposite. */
export function explainVerdict(world: World, packet: Packet): Verdict {
  const judgement = judge(world, packet);
  const flips = flipsOf(world, packet, judgement).map(({ direction, text }) => ({
    direction,
    text,
  }));
  return { ...judgement, flips };
}
