import { chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { local } from '../nodes/local.ts';
import type { Report } from '../nodes/provider.ts';
import { digest, type CacheEntry } from './cache.ts';
import { components, type Component, type ReleaseFile } from './components.ts';
import { downloadVerified, useModules, type DownloadOptions } from './download.ts';

export interface ReleaseOptions extends DownloadOptions {
  /**
   * A mirror, such as http://mirror.example/files: https://dl.k8s.io/release/… is then read from
   * http://mirror.example/files/dl.k8s.io/release/…
   */
  releaseBase?: string | undefined;
}

const archs: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The machine type as releases name it; undefined where none are published. */
export function releaseArch(): string | undefined {
  return archs[process.arch];
}

function fill(template: string, { version }: Component): string {
  return template.replaceAll('{version}', version).replaceAll('{arch}', releaseArch() ?? '');
}

/** Where a file is: upstream, or on a mirror with upstream's host as a folder. */
export function releaseUrl(template: string, component: Component, releaseBase?: string): string {
  const upstream = fill(template, component);
  if (releaseBase === undefined) return upstream;
  return `${releaseBase.replace(/\/+$/, '')}/${upstream.replace(/^[a-z]+:\/\//, '')}`;
}

/** Everything that decides the programs. A mirror does not: its files must have the published sums. */
export function releaseEntry({ name, version, release }: Component): CacheEntry {
  const inputs = JSON.stringify({ version, arch: releaseArch(), release });
  return { name, key: digest('release', inputs) };
}

/** Can Kubernetes' own release be had within `timeout` milliseconds? */
export async function releaseReachable(releaseBase?: string, timeout = 3_000): Promise<boolean> {
  const kubernetes = components.find(({ name }) => name === 'kubernetes');
  const template = kubernetes?.release?.[0]?.url;
  if (!kubernetes || template === undefined || releaseArch() === undefined) return false;
  const url = releaseUrl(template, kubernetes, releaseBase);
  try {
    const { ok } = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(timeout) });
    return ok;
  } catch {
    return false;
  }
}

function badMember(component: Component, member: string, names: readonly string[]): LabError {
  return new LabError('release-member', `${component.name} ${component.version} lacks ${member}`, {
    why: 'the archive has the published checksum, but not the expected content',
    details: `it holds: ${names.slice(0, 20).join(', ')}`,
    hint: `correct the member in scripts/supply/components.ts, ${useModules}`,
  });
}

/** Takes programs out of a verified archive. */
async function unpack(
  archive: string,
  members: Readonly<Record<string, string>>,
  component: Component,
  folder: string,
): Promise<void> {
  const timeout = 300_000;
  const { stdout } = await local(['tar', '-tzf', archive], { timeout });
  const names = stdout.split('\n').filter(Boolean);
  // Some archives write every name with a leading ./, and tar takes names literally.
  const stored = new Map(names.map((name) => [name.replace(/^\.\//, ''), name]));
  const wanted = Object.entries(members).map(([template, output]) => {
    const member = fill(template, component);
    const name = stored.get(member);
    if (name === undefined) throw badMember(component, member, names);
    return { member, name, output };
  });
  const work = join(folder, '.unpacked');
  await mkdir(work);
  try {
    const list = wanted.map(({ name }) => name);
    await local(['tar', '-xzf', archive, '-C', work, '--no-same-owner', '--', ...list], {
      timeout,
    });
    for (const { member, output } of wanted) {
      const from = join(work, member);
      if (!(await lstat(from)).isFile()) {
        throw badMember(component, `${member} as a plain file`, names);
      }
      await rename(from, join(folder, output));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fetchFile(
  component: Component,
  file: ReleaseFile,
  folder: string,
  report: Report,
  options: ReleaseOptions,
): Promise<void> {
  const { url: template, sha256Url, members = {}, output } = file;
  const url = releaseUrl(template, component, options.releaseBase);
  const sumUrl = releaseUrl(sha256Url, component, options.releaseBase);
  const path = join(folder, `.download-${basename(url)}`);
  await downloadVerified({ url, sumUrl, path }, report, options);
  try {
    if (output !== undefined) await rename(path, join(folder, output));
    else await unpack(path, members, component, folder);
  } finally {
    await rm(path, { force: true });
  }
  for (const program of output === undefined ? Object.values(members) : [output]) {
    await chmod(join(folder, program), 0o755);
  }
}

/**
 * Downloads a component's official programs into a folder. Nothing is unpacked or made executable before its
 * SHA-256 is right.
 * @throws LabError `no-release`, `release-member`, and those of `downloadVerified`.
 */
export async function fetchRelease(
  component: Component,
  folder: string,
  report: Report,
  options: ReleaseOptions = {},
): Promise<void> {
  const { name, version, release } = component;
  if (!release || releaseArch() === undefined) {
    throw new LabError('no-release', `there is no official release of ${name} ${version}`, {
      why: release ? `none is published for ${process.arch}` : 'it is published without checksums',
      hint: 'set `supply: {source: modules}` in lab.yaml',
    });
  }
  for (const file of release) await fetchFile(component, file, folder, report, options);
}
