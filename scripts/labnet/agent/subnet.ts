import type { ApiClient } from '../api/client.ts';
import { heldAnnotation, type VpcOptions } from '../config.ts';

/** The addresses that all nodes share, as a VPC's subnet. */
export interface Subnet {
  /**
   * How many of the wanted addresses this node may hold beside those that it holds, and why not all.
   * @param least With fewer than these nothing is taken.
   */
  grant(held: number, wanted: number, least?: number): Promise<{ count: number; refusal?: string }>;
  /** Says that this node holds fewer by now. */
  tell(held: number): Promise<void>;
}

/** A subnet as large as anybody wants. */
export const endless: Subnet = {
  grant: (_, wanted) => Promise.resolve({ count: wanted }),
  tell: () => Promise.resolve(),
};

interface HoldingNode {
  metadata: { name: string; annotations?: Record<string, string> };
}

/**
 * What of a subnet of this size may be granted, when the other nodes hold so much.
 * @param holders What each other node holds.
 */
export function grantOf(
  size: number,
  holders: ReadonlyMap<string, number>,
  held: number,
  wanted: number,
): { count: number; refusal?: string } {
  const others = [...holders.values()].reduce((sum, one) => sum + one, 0);
  const count = Math.max(Math.min(wanted, size - others - held), 0);
  if (count === wanted) return { count };
  const list = [...holders].map(([name, one]) => `${name} ${one}`).join(', ');
  return {
    count,
    refusal: `the subnet is used up: of its ${size} addresses this node holds ${held}, the others ${list || 'none'}`,
  };
}

/**
 * A subnet of a given size. Nobody keeps the count: each agent writes what its node holds into an annotation of its
 * Node. It writes what it takes, and then adds up again what all have written. The API server has one order for all
 * that is written, so two agents never both get the last address; at worst both see what the other takes, take
 * nothing, and ask again some seconds later.
 */
export function sharedSubnet(api: ApiClient, nodeName: string, size: number): Subnet {
  let told: number | undefined;

  async function tell(held: number): Promise<void> {
    if (told === held) return;
    await api.patch(`/api/v1/nodes/${nodeName}`, {
      metadata: { annotations: { [heldAnnotation]: String(held) } },
    });
    told = held;
  }

  async function others(): Promise<Map<string, number>> {
    const { items } = await api.get<{ items: HoldingNode[] }>('/api/v1/nodes');
    return new Map(
      items
        .filter(({ metadata }) => metadata.name !== nodeName)
        .map(({ metadata: { name, annotations } }) => [
          name,
          Number(annotations?.[heldAnnotation] ?? 0),
        ]),
    );
  }

  return {
    tell,
    async grant(held, wanted, least = 1) {
      const hoped = grantOf(size, await others(), held, wanted);
      if (hoped.count < least) return hoped;
      await tell(held + hoped.count);
      const sure = grantOf(size, await others(), held, hoped.count);
      await tell(held + sure.count);
      return sure.count < hoped.count ? sure : hoped;
    },
  };
}

export function subnetFor(
  api: ApiClient,
  nodeName: string,
  { subnetSize }: Pick<VpcOptions, 'subnetSize'>,
): Subnet {
  return subnetSize === undefined ? endless : sharedSubnet(api, nodeName, subnetSize);
}
