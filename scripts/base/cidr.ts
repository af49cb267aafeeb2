import { Address4 } from 'ip-address';

/**
 * IPv4 networks and addresses. IPv6 is not supported yet: the course, its CNIs and its exercises
 * are IPv4 only, so every function here takes and gives dotted IPv4 text.
 */
export interface Cidr {
  /** Canonical text, as in 10.244.0.0/16. */
  text: string;
  /** Bits of the network part, 0 to 32. */
  prefix: number;
  /** First and last address as numbers. */
  first: number;
  last: number;
}

function toNumber(address: Address4): number {
  return Number(address.bigInt());
}

function toText(value: number): string {
  return Address4.fromInteger(value).correctForm();
}

/** What is wrong with this text as an address without prefix; undefined if nothing is. */
export function addressProblem(text: string): string | undefined {
  if (text.includes(':')) return `"${text}" looks like IPv6; only IPv4 works for now`;
  if (text.includes('/')) return `"${text}" must be an address without a prefix length`;
  if (!Address4.isValid(text)) return `"${text}" is no IPv4 address`;
  return undefined;
}

/** What is wrong with this text as a network, as in 10.244.0.0/16; undefined if nothing is. */
export function cidrProblem(text: string): string | undefined {
  if (text.includes(':')) return `"${text}" looks like IPv6; only IPv4 works for now`;
  if (!text.includes('/')) return `"${text}" lacks the prefix length, as in 10.244.0.0/16`;
  if (!Address4.isValid(text)) return `"${text}" is no IPv4 network, as in 10.244.0.0/16`;
  const network = new Address4(text);
  const canonical = network.networkForm();
  if (network.correctForm() !== network.startAddress().correctForm()) {
    return `"${text}" has bits set behind its prefix; the network is ${canonical}`;
  }
  return undefined;
}

/** The network that an interface's address is in: 10.100.198.0/24 for 10.100.198.201/24. */
export function networkOf(address: string): string {
  return new Address4(address).networkForm();
}

/** @throws Error when the text is no network; ask `cidrProblem` first. */
export function parseCidr(text: string): Cidr {
  const problem = cidrProblem(text);
  if (problem) throw new Error(problem);
  const network = new Address4(text);
  return {
    text: network.networkForm(),
    prefix: network.subnetMask,
    first: toNumber(network.startAddress()),
    last: toNumber(network.endAddress()),
  };
}

/** Is this address (without prefix) in the network? */
export function contains(network: string, address: string): boolean {
  const { first, last } = parseCidr(network);
  const value = toNumber(new Address4(address));
  return value >= first && value <= last;
}

export function overlaps(a: string, b: string): boolean {
  const one = parseCidr(a);
  const other = parseCidr(b);
  return one.first <= other.last && other.first <= one.last;
}

/**
 * Address number `n` of the network: 0 is the network itself, -1 its last (broadcast) address.
 * @throws RangeError when the network has no such address.
 */
export function nthAddress(network: string, n: number): string {
  const { first, last, text } = parseCidr(network);
  const value = n < 0 ? last + 1 + n : first + n;
  if (value < first || value > last) throw new RangeError(`${text} has no address number ${n}`);
  return toText(value);
}

/** The address `n` after the network's own, also beyond its end. */
export function addressAfter(network: string, n: number): string {
  return toText((parseCidr(network).first + n) % 2 ** 32);
}

/** The place of an address in its network; the reverse of `nthAddress` for n >= 0. */
export function hostPart(network: string, address: string): number {
  return toNumber(new Address4(address)) - parseCidr(network).first;
}

export function prefixOf(network: string): number {
  return parseCidr(network).prefix;
}
