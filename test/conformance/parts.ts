/** Specs of the upstream tests, by regular expressions on their names. */
export interface Part {
  focus: string;
  skip: string;
}

/** Sockets for SCTP need a kernel module that many kernels lack. */
const skip = 'SCTPConnectivity';

/** One spec for each thing that the others vary: what a change of labnet is most likely to break, in three minutes. */
const short = [
  'Netpol API .*endport',
  'Netpol .*egress access on one named port',
  'Netpol .*ingress access from updated pod',
  'Netpol .*IP overlapping both IPBlock',
  'Netpol .*NamespaceSelector with MatchExpressions using default',
  "Netpol .*'default-deny-all'",
  'Netpol .*Ingress, Egress specified together',
  'Netpol .*deny egress from pods based on PodSelector',
  "Netpol .*not mistakenly treat 'protocol: SCTP'",
  'Netpol .*after they are deleted',
  'Netpol .*using UDP should enforce policy based on Ports',
  'DNS should provide DNS for services',
  'HostPort validates',
  'Networking Granular Checks: Pods',
  'Services should be able to create a functioning NodePort',
  'Services should have session affinity work for service with type clusterIP',
  'Services should serve endpoints on same port and different protocols',
];

export const parts: Readonly<Record<string, Part>> = {
  policies: { focus: 'Netpol', skip },
  network: { focus: String.raw`\[sig-network\].*\[Conformance\]`, skip },
  short: { focus: String.raw`\[sig-network\] (${short.join('|')})`, skip },
};
