/** Every pod network that can be chosen, in the order of the lists that people read. */
export const cniNames = ['flannel', 'weave', 'labnet', 'none'] as const;

export type CniName = (typeof cniNames)[number];
