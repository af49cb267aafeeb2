/** What a node without a cluster can be for; each is called by its kind, as in `lab ssh netns`. */
export const sandboxKinds = ['netns', 'docker'] as const;
export type SandboxKind = (typeof sandboxKinds)[number];
