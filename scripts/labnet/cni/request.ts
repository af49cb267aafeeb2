import { CniError, cniCode } from './error.ts';

/** Versions of the specification that results are given in, oldest first. */
export const supportedVersions = ['0.4.0', '1.0.0', '1.1.0'] as const;
export type CniVersion = (typeof supportedVersions)[number];

const commands = ['ADD', 'DEL', 'CHECK', 'STATUS', 'GC'] as const;
export type CniCommand = (typeof commands)[number];

/** A call as the shim hands it over. */
export interface Call {
  v: 1;
  env: Readonly<Record<string, string>>;
  stdin: string;
}

/** A port of the node that leads to the pod, from the runtime's `portMappings`. */
export interface PortMapping {
  hostPort: number;
  containerPort: number;
  protocol: 'tcp' | 'udp' | 'sctp';
  hostIP?: string;
}

export interface Attachment {
  containerId: string;
  ifName: string;
}

export interface NetConfig {
  cniVersion: CniVersion;
  name: string;
  portMappings: PortMapping[];
  prevResult?: unknown;
  /** GC: what is still in use; undefined means that nobody said, so nothing may be deleted. */
  validAttachments?: Attachment[];
}

/** The pod's names, from CNI_ARGS; a runtime without pods, such as cnitool, gives none. */
export interface PodName {
  namespace: string;
  name: string;
  uid?: string;
}

export interface CniRequest {
  command: CniCommand;
  containerId: string;
  netns: string;
  ifName: string;
  pod?: PodName;
  config: NetConfig;
}

function invalid(message: string): CniError {
  return new CniError(cniCode.invalidEnvironment, message);
}

/** CNI_ARGS: `K=V;K=V`. */
function parseArguments(text: string): Map<string, string> {
  const pairs = text.split(';').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw invalid(`CNI_ARGS has "${pair}", which is no NAME=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function podOf(args: Map<string, string>): PodName | undefined {
  const namespace = args.get('K8S_POD_NAMESPACE');
  const name = args.get('K8S_POD_NAME');
  const uid = args.get('K8S_POD_UID');
  if (!namespace || !name) return undefined;
  return { namespace, name, ...(uid ? { uid } : {}) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function portOf(value: unknown, what: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new CniError(cniCode.invalidConfig, `portMappings: ${what} is ${JSON.stringify(value)}`);
}

/** Containerd writes "HostPort", others "hostPort": plugins in Go do not look at the case. */
function lowerCased(one: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(one).map(([key, value]) => [key.toLowerCase(), value]));
}

function portMappings(runtimeConfig: unknown): PortMapping[] {
  const list = isObject(runtimeConfig) ? runtimeConfig['portMappings'] : undefined;
  if (!Array.isArray(list)) return [];
  return list
    .filter(isObject)
    .map(lowerCased)
    .filter(({ hostport }) => Number(hostport) !== 0)
    .map((one) => {
      const protocol = (textOf(one['protocol']) || 'tcp').toLowerCase();
      if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
        throw new CniError(cniCode.invalidConfig, `portMappings: protocol is "${protocol}"`);
      }
      const hostIP = one['hostip'];
      return {
        hostPort: portOf(one['hostport'], 'hostPort'),
        containerPort: portOf(one['containerport'], 'containerPort'),
        protocol,
        ...(typeof hostIP === 'string' && hostIP !== '' && hostIP !== '0.0.0.0' ? { hostIP } : {}),
      };
    });
}

/** GC names its list twice: "cni.dev/valid-attachments", and "cni.dev/attachments" for older plugins. */
function validAttachments(config: Record<string, unknown>): Attachment[] | undefined {
  const list = config['cni.dev/valid-attachments'] ?? config['cni.dev/attachments'];
  if (!Array.isArray(list)) return undefined;
  return list.filter(isObject).map((one) => ({
    containerId: textOf(one['containerID']),
    ifName: textOf(one['ifname']),
  }));
}

/**
 * Only ADD looks at the ports: whatever they are, DEL has to work.
 * @throws CniError 6 for what is no JSON object, 1 for an unknown version, 7 for a wrong value.
 */
export function parseConfig(stdin: string, command: CniCommand): NetConfig {
  let config: unknown;
  try {
    config = JSON.parse(stdin);
  } catch (error) {
    const text = 'the network configuration is no JSON';
    throw new CniError(cniCode.decodingFailure, text, (error as Error).message);
  }
  if (!isObject(config)) {
    throw new CniError(cniCode.decodingFailure, 'the network configuration is no JSON object');
  }
  const version = config['cniVersion'] ?? '0.1.0';
  const cniVersion = supportedVersions.find((one) => one === version);
  if (cniVersion === undefined) {
    const text = `CNI version ${JSON.stringify(version)} is not supported`;
    throw new CniError(cniCode.incompatibleVersion, text, `known: ${supportedVersions.join(', ')}`);
  }
  const { name } = config;
  if (typeof name !== 'string' || !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    const text = `the network's name is ${JSON.stringify(name)}`;
    throw new CniError(cniCode.invalidConfig, text, 'it begins with a letter or digit');
  }
  const attachments = validAttachments(config);
  return {
    cniVersion,
    name,
    portMappings: command === 'ADD' ? portMappings(config['runtimeConfig']) : [],
    ...(config['prevResult'] === undefined ? {} : { prevResult: config['prevResult'] }),
    ...(attachments ? { validAttachments: attachments } : {}),
  };
}

/** What the kernel takes as a link's name, and the specification as CNI_IFNAME. */
function isLinkName(name: string): boolean {
  return /^[^\s/:]{1,15}$/.test(name) && name !== '.' && name !== '..';
}

/**
 * Reads a call. Which variables must be there depends on the command (specification, section 2).
 * @throws CniError 4 naming the variable, or what `parseConfig` throws.
 */
export function parseCall({ env, stdin }: Call): CniRequest {
  const command = commands.find((one) => one === env['CNI_COMMAND']);
  if (!command) throw invalid(`CNI_COMMAND is ${JSON.stringify(env['CNI_COMMAND'] ?? '')}`);
  const config = parseConfig(stdin, command);
  const since = { CHECK: '0.4.0', STATUS: '1.1.0', GC: '1.1.0', ADD: '0.1.0', DEL: '0.1.0' };
  if (config.cniVersion < since[command]) {
    const text = `${command} needs CNI version ${since[command]}, and the network has ${config.cniVersion}`;
    throw new CniError(cniCode.incompatibleVersion, text);
  }
  const request: CniRequest = {
    command,
    containerId: env['CNI_CONTAINERID'] ?? '',
    netns: env['CNI_NETNS'] ?? '',
    ifName: env['CNI_IFNAME'] ?? '',
    config,
  };
  if (command === 'STATUS' || command === 'GC') return request;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(request.containerId)) {
    throw invalid(`CNI_CONTAINERID is ${JSON.stringify(request.containerId)}`);
  }
  if (!isLinkName(request.ifName)) {
    throw invalid(`CNI_IFNAME is ${JSON.stringify(request.ifName)}`);
  }
  if (command !== 'DEL' && request.netns === '') throw invalid('CNI_NETNS is empty');
  const pod = podOf(parseArguments(env['CNI_ARGS'] ?? ''));
  return { ...request, ...(pod ? { pod } : {}) };
}
