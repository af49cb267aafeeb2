import { addressProblem, cidrProblem, parseCidr } from '../base/cidr.ts';
import type { Live } from './live.ts';
import type { ValueType } from './value-types.ts';

/** How the API server's short names and plurals read when somebody names a kind. */
const shortKinds: Record<string, string> = {
  cm: 'configmap',
  cr: 'clusterrole',
  crb: 'clusterrolebinding',
  crd: 'customresourcedefinition',
  deploy: 'deployment',
  ds: 'daemonset',
  ep: 'endpoints',
  ing: 'ingress',
  netpol: 'networkpolicy',
  no: 'node',
  ns: 'namespace',
  po: 'pod',
  pv: 'persistentvolume',
  pvc: 'persistentvolumeclaim',
  rs: 'replicaset',
  sa: 'serviceaccount',
  sts: 'statefulset',
  svc: 'service',
};

function kind(text: string): string {
  const word = text.split(/[./]/)[0] as string;
  const full = shortKinds[word] ?? word;
  if (full === 'endpoints') return full;
  return full
    .replace(/ies$/, 'y')
    .replace(/(ss)es$/, '$1')
    .replace(/([^s])s$/, '$1');
}

/** Without the quotes or backticks around it. */
export function unquoted(text: string): string {
  return text
    .trim()
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .trim();
}

/** Without quotes, backticks and needless spaces, in lower case. */
function fold(text: string): string {
  return unquoted(text).replaceAll(/\s+/g, ' ').toLowerCase();
}

const yesNo: Record<string, string> = {
  yes: 'yes',
  y: 'yes',
  true: 'yes',
  no: 'no',
  n: 'no',
  false: 'no',
};

/** What the node names and addresses of this cluster mean; an address that two nodes share means nothing. */
export async function nodeAliases(live: Live): Promise<Map<string, string>> {
  const aliases = new Map<string, string>();
  const add = (alias: string, name: string): void => {
    const known = aliases.get(alias.toLowerCase());
    aliases.set(alias.toLowerCase(), known === undefined || known === name ? name : '');
  };
  for (const node of live.cluster.nodes) add(node.address, node.name);
  const { items } = await live.get({ resource: 'nodes' });
  for (const item of items) {
    const status = item.status as { addresses?: { address: string }[] } | undefined;
    for (const { address } of status?.addresses ?? []) add(address, item.metadata.name);
  }
  // Last, so that a name means its own node whatever else is called like it.
  for (const { name } of live.cluster.nodes) aliases.set(name.toLowerCase(), name);
  return aliases;
}

type Read = { value: string } | { problem: string };

function readNumber(text: string): Read {
  const value = Number(text.replaceAll('_', ''));
  if (text === '' || Number.isNaN(value)) return { problem: 'is no number' };
  return { value: String(value) };
}

function readIp(text: string): Read {
  const [address = '', prefix] = text.split('/');
  const isV6 = /^[0-9a-f:.]*:[0-9a-f:.]*$/.test(address);
  const problem = isV6 ? undefined : addressProblem(address);
  const bits = isV6 ? 128 : 32;
  const lengthy = prefix !== undefined && !(/^\d+$/.test(prefix) && Number(prefix) <= bits);
  if (problem !== undefined || lengthy) return { problem: 'is no IP address' };
  return { value: prefix === undefined ? address : `${address}/${prefix}` };
}

/** Bits of a dotted netmask, or undefined when it is none. */
function maskBits(mask: string): number | undefined {
  if (addressProblem(mask)) return undefined;
  const bits = mask
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

function readCidr(text: string): Read {
  const [address = '', prefix = ''] = text.split('/');
  const bits = prefix.includes('.') ? maskBits(prefix) : prefix;
  const network = `${address}/${bits ?? prefix}`;
  const problem = cidrProblem(network);
  if (problem?.includes('bits set')) {
    return { problem: 'is an address inside a range; write the range by its first address' };
  }
  if (problem) return { problem: 'is no range in the form ADDRESS/PREFIX' };
  return { value: parseCidr(network).text };
}

function readMac(text: string): Read {
  const plain = text.replaceAll(/[:.-]/g, '');
  if (!/^[0-9a-f]{12}$/.test(plain)) return { problem: 'is no MAC address' };
  return { value: plain };
}

/** The canonical form of a value, or what is wrong with its form; no cluster is asked. */
export function readValue(type: ValueType, given: string): Read {
  const text = fold(given);
  if (text === '') return { problem: 'is empty' };
  switch (type) {
    case 'number':
      return readNumber(text);
    case 'ip':
      return readIp(text);
    case 'cidr':
      return readCidr(text);
    case 'mac':
      return readMac(text);
    case 'interface':
      return { value: given.trim().replace(/:$/, '').replace(/@.*$/, '') };
    case 'pod':
      return { value: text.split('/').at(-1) as string };
    case 'kind':
      return { value: kind(text) };
    case 'path':
      if (!unquoted(given).startsWith('/')) return { problem: 'is no absolute path' };
      return { value: given.trim().replace(/(.)\/+$/, '$1') };
    case 'yes-no':
      return yesNo[text] ? { value: yesNo[text] } : { problem: 'is neither yes nor no' };
    case 'text':
    case 'node':
      return { value: text };
  }
}

/** True values may carry more than their type needs: the network of an address stands for its range. */
function readTrue(type: ValueType, truth: string): string {
  const [address = '', prefix] = truth.split('/');
  if (type === 'cidr' && prefix !== undefined && cidrProblem(truth)?.includes('bits set')) {
    const size = 2 ** (32 - Number(prefix));
    const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const first = Math.floor(number / size) * size;
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
    return `${bytes.join('.')}/${prefix}`;
  }
  const read = readValue(type, truth);
  return 'value' in read ? read.value : truth;
}

function sameIp(given: string, truth: string): boolean {
  const [a, givenPrefix] = given.split('/');
  const [b, truePrefix] = truth.split('/');
  return (
    a === b && (givenPrefix === undefined || truePrefix === undefined || givenPrefix === truePrefix)
  );
}

/** Do the two mean the same? A value of the wrong form equals nothing. */
export function sameValue(
  type: ValueType,
  given: string,
  truth: string,
  aliases: ReadonlyMap<string, string> = new Map(),
): boolean {
  const read = readValue(type, given);
  if ('problem' in read) return false;
  const wanted = readTrue(type, truth);
  if (type === 'ip') return sameIp(read.value, wanted);
  if (type === 'node') {
    const name = aliases.get(read.value) ?? read.value;
    return name !== '' && name.toLowerCase() === (aliases.get(wanted) ?? wanted).toLowerCase();
  }
  return read.value === wanted;
}
