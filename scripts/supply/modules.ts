import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import { projectRoot } from '../base/paths.ts';
import { local } from '../nodes/local.ts';
import type { Report } from '../nodes/provider.ts';
import { digest, type CacheEntry } from './cache.ts';
import type { Component } from './components.ts';

const minimumGo = [1, 26] as const;

/** Where a component's committed go.mod and go.sum are: data, so outside of the compiled tree. */
function moduleFolder({ name, folder }: Component): string {
  return join(projectRoot, folder ?? join('scripts', 'supply', 'modules', name));
}

/** `go build` names a program after its package's last part, leaving out a version such as /v3. */
export function programName(goPackage: string): string {
  const parts = goPackage.split('/').filter((part) => !/^v\d+$/.test(part));
  return parts.at(-1) ?? goPackage;
}

/** The build as words; run it in the component's module folder. */
export function goBuildArgv(component: Component, folder: string): Argv {
  const { outputs, set = {}, cgo } = component.modules;
  const linker = ['-s', '-w', ...Object.entries(set).map(([name, value]) => `-X ${name}=${value}`)];
  if (cgo) linker.push('-extldflags "-static"');
  return [
    ...['go', 'build', '-v', '-trimpath', '-buildvcs=false', '-mod=readonly'],
    ...(cgo ? ['-tags', 'osusergo netgo'] : []),
    ...['-ldflags', linker.join(' '), '-o', `${folder}/`],
    ...new Set(Object.values(outputs)),
  ];
}

async function moduleInputs(component: Component): Promise<string[]> {
  const folder = moduleFolder(component);
  const names = component.folder ? (await readdir(folder)).sort() : ['go.mod', 'go.sum'];
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

/** Everything that decides the programs: module files, recipe, Go version, machine type. */
export async function moduleEntry(component: Component, go: string): Promise<CacheEntry> {
  const recipe = JSON.stringify({ build: goBuildArgv(component, 'OUT'), go, arch: process.arch });
  return {
    name: component.name,
    key: digest('modules', recipe, ...(await moduleInputs(component))),
  };
}

/**
 * The host's Go version, as in "go1.26.8".
 * @throws LabError `no-go` when it is missing or too old.
 */
export async function goVersion(): Promise<string> {
  const { stdout, exitCode } = await local(['go', 'env', 'GOVERSION'], { allowFailure: true });
  const found = /^go(\d+)\.(\d+)/.exec(stdout.trim());
  const [major, minor] = minimumGo;
  const enough = found && (Number(found[1]) > major || Number(found[2]) >= minor);
  if (exitCode !== 0 || !enough) {
    throw new LabError(
      'no-go',
      `Go ${minimumGo.join('.')} or newer is needed to build Kubernetes`,
      {
        why: found ? `found ${stdout.trim()}` : 'no `go` on the PATH',
        hint: 'install Go from your distribution or go.dev, or choose `supply: {source: release}` in lab.yaml',
      },
    );
  }
  return stdout.trim();
}

/** Tells what `go build -v` is doing: downloads by name, compilation as a count. */
function goProgress(report: Report): (line: string) => void {
  let compiled = 0;
  return (line) => {
    if (line.startsWith('go: downloading ')) report(line.slice('go: '.length));
    else if (line.startsWith('go: ') || line.startsWith('#')) report(line);
    else if (line !== '') report(`compiled ${++compiled} packages, now ${line}`);
  };
}

/**
 * Builds a component's programs into a folder from checksummed Go modules.
 * @throws LabError `module-build` naming the component; "cannot reach" text when the module proxy is down.
 */
export async function buildFromModules(
  component: Component,
  folder: string,
  report: Report,
): Promise<void> {
  try {
    await local(goBuildArgv(component, folder), {
      cwd: moduleFolder(component),
      env: { CGO_ENABLED: component.modules.cgo ? '1' : '0', GOTOOLCHAIN: 'local', GOFLAGS: '' },
      timeout: 45 * 60_000,
      onLine: goProgress(report),
    });
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'command-failed') throw error;
    const offline = /dial tcp|no such host|connection refused|i\/o timeout/.test(
      error.details ?? '',
    );
    throw new LabError('module-build', `${component.name} ${component.version} did not build`, {
      why: offline ? 'the Go module proxy cannot be reached' : (error.why ?? ''),
      details: error.details ?? '',
      hint: offline
        ? 'check GOPROXY and the network, then run the same command again: finished parts are kept'
        : 'run the same command again: finished parts are kept',
      cause: error,
    });
  }
  for (const [output, goPackage] of Object.entries(component.modules.outputs)) {
    const made = programName(goPackage);
    if (made !== output) await rename(join(folder, made), join(folder, output));
  }
}
