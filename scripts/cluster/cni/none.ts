import type { CniPlugin } from './plugin.ts';

/** No pod network: nodes stay NotReady and pods Pending until somebody installs one. */
export const none: CniPlugin = {
  title: 'no pod network',
  objects: () => Promise.resolve([]),
  explain: () => ['# nothing: the nodes stay NotReady until a pod network is installed'],
  traces: { links: [], paths: [], chains: [] },
};
