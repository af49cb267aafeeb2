import { access } from 'node:fs/promises';
import { LabError } from '../../base/errors.ts';
import type { EngineName } from '../../nodes/engine.ts';
import { hasProgram } from '../../nodes/local.ts';
import { goVersion } from '../../supply/modules.ts';
import { check, type Check, type CheckStatus, type HostNeeds } from './check.ts';

/** A Debian package that the host itself needs, and how to see that it is there. */
interface Tool {
  package: string;
  /** A program on the PATH, or a file. */
  sign: { program: string } | { file: string };
  why: string;
  /** What it means when it is missing; default fail. */
  missing?: CheckStatus;
  /** Only with this engine. */
  engine?: EngineName;
  /** Only to make what a bundle brings ready-made. */
  build?: true;
}

const tools: readonly Tool[] = [
  {
    package: 'iproute2',
    sign: { program: 'ip' },
    why: 'address clashes are found with it',
  },
  { package: 'tar', sign: { program: 'tar' }, why: 'images and releases are packed with it' },
  {
    package: 'ca-certificates',
    sign: { file: '/etc/ssl/certs/ca-certificates.crt' },
    why: 'Go and the engine check with it whom they download from',
    build: true,
  },
  {
    package: 'netavark',
    sign: { file: '/usr/lib/podman/netavark' },
    why: "makes podman's networks",
    missing: 'warn',
    engine: 'podman',
  },
  {
    package: 'iptables',
    sign: { program: 'iptables' },
    why: "podman's networks reach the outside through its rules",
    missing: 'warn',
    engine: 'podman',
  },
  {
    package: 'mmdebstrap',
    sign: { program: 'mmdebstrap' },
    why: 'makes the Debian root of nodes and images; without it the debian base image is downloaded',
    missing: 'warn',
    build: true,
  },
  {
    package: 'debian-archive-keyring',
    sign: { file: '/usr/share/keyrings/debian-archive-keyring.gpg' },
    why: 'mmdebstrap checks with it that packages are from Debian',
    missing: 'warn',
    build: true,
  },
  {
    package: 'gcc',
    sign: { program: 'gcc' },
    why: "a part of flannel is C, and flannel's releases have no checksums, so it is built here",
    build: true,
  },
  {
    package: 'libc6-dev',
    sign: { file: '/usr/include/stdlib.h' },
    why: 'the C part of flannel is built with it',
    build: true,
  },
];

export interface ToolFacts {
  engine: EngineName;
  source: HostNeeds['supply']['source'];
  /** Packages whose sign was found. */
  present: readonly string[];
  /** As in go1.26.1; undefined when it is missing or too old, and then `goProblem` says so. */
  go?: string | undefined;
  goProblem?: string;
}

function toolCheck(tool: Tool, { present }: ToolFacts): Check {
  const there = present.includes(tool.package);
  return check({
    id: `package-${tool.package}`,
    title: tool.package,
    status: there ? 'ok' : (tool.missing ?? 'fail'),
    found: there ? 'installed' : 'missing',
    why: tool.why,
    packages: [tool.package],
  });
}

function goCheck({ go, goProblem = 'missing', source }: ToolFacts): Check {
  const all = 'everything is built with it';
  const some =
    'flannel and its CNI plugin are built with it, and all else where no release can be reached';
  return check({
    id: 'go',
    title: 'Go 1.26 or newer',
    status: go === undefined ? 'fail' : 'ok',
    found: go ?? goProblem,
    why: source === 'modules' ? all : some,
    fix: ['# install it from https://go.dev/dl; most distributions have an older one'],
  });
}

export function judgeTools(facts: ToolFacts): Check[] {
  const building = facts.source !== 'bundle';
  const needed = tools.filter(
    ({ engine, build }) => (engine ?? facts.engine) === facts.engine && (building || !build),
  );
  return [...needed.map((tool) => toolCheck(tool, facts)), ...(building ? [goCheck(facts)] : [])];
}

async function isPresent({ sign }: Tool): Promise<boolean> {
  if ('program' in sign) return hasProgram(sign.program);
  return access(sign.file).then(
    () => true,
    () => false,
  );
}

export async function collectTools(
  engine: EngineName,
  source: ToolFacts['source'],
): Promise<ToolFacts> {
  const found = tools.map(async (tool) => ((await isPresent(tool)) ? [tool.package] : []));
  const present = (await Promise.all(found)).flat();
  try {
    return { engine, source, present, go: await goVersion() };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { engine, source, present, goProblem: error.why };
  }
}
