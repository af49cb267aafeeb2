import { z } from 'zod';
import type { AgentReport } from './plugin.ts';

const schema = z.object({
  Router: z.object({
    Name: z.string(),
    Peers: z.array(z.object({ Name: z.string() })).nullish(),
    /** Of this peer. `Attrs.name` is how packets travel: fastdp or sleeve. */
    Connections: z
      .array(
        z.object({ State: z.string(), Attrs: z.object({ name: z.string() }).partial().nullish() }),
      )
      .nullish(),
  }),
  IPAM: z.object({ Range: z.string(), DefaultSubnet: z.string() }).partial().nullish(),
});

const modes: Readonly<Record<string, string>> = {
  fastdp: 'fast path (VXLAN in the kernel)',
  sleeve: 'sleeve (packets pass through the agent)',
};

/** Reads the agent's own report, JSON, as `weave report` gives it. @throws when it is something else. */
export function readWeaveReport(text: string): AgentReport {
  const { Router: router, IPAM: ipam } = schema.parse(JSON.parse(text));
  const others = (router.Peers ?? []).filter(({ Name }) => Name !== router.Name).length;
  const connections = (router.Connections ?? []).filter(({ State }) => State === 'established');
  const names = [...new Set(connections.map(({ Attrs }) => Attrs?.name ?? 'unknown'))];
  return {
    peers: `${connections.length} of ${others} connected`,
    range: ipam?.DefaultSubnet ?? ipam?.Range ?? 'unknown',
    mode: names.map((name) => modes[name] ?? name).join(', ') || 'no connection',
  };
}
