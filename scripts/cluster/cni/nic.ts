/** NIC of the lab network, the same on all nodes and all providers. */
export const labNic = 'enp0s8';

/** What the kernel takes as a name of a network interface. */
export const nicPattern = '^[^\\s/:]{1,15}$';
