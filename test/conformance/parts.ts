/** Specs of the upstream tests, by regular expressions on their names. */
export interface Part {
  focus: string;
  skip: string;
}

/** Sockets for SCTP need a kernel module that many kernels lack. */
const skip = 'SCTPConnectivity';

export const parts: Readonly<Record<string, Part>> = {
  policies: { focus: 'Netpol', skip },
  network: { focus: String.raw`\[sig-network\].*\[Conformance\]`, skip },
};
