import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../scripts/base/until.ts';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/base/paths.ts';
import { local } from '../../scripts/nodes/local.ts';

const virsh = ['virsh', '--quiet', '--connect', 'qemu:///system'];

async function answers(): Promise<boolean> {
  return (await local([...virsh, 'uri'], { allowFailure: true })).exitCode === 0;
}

async function names(argv: readonly string[]): Promise<string[]> {
  return (await local([...virsh, ...argv, '--name'])).stdout.split('\n').filter(Boolean);
}

const program = join(projectRoot, 'dist', 'cli', 'main.js');

/**
 * While /dev/kvm can be opened, libvirt asks QEMU anew at each step whether it works by now: a minute, where it never will
 * because the processor lacks the extension. So it gets to see none there; QEMU gets this /dev as it is, for libvirt could not
 * copy it to one of QEMU's own.
 */
const withoutKvm = `
set -e
grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo || [ ! -e /dev/kvm ] || {
  folder=$(mktemp --directory)
  touch "$folder/kvm"
  chmod 600 "$folder/kvm"
  (grep -v '^namespaces' /etc/libvirt/qemu.conf; echo 'namespaces = []') >"$folder/qemu.conf"
  mount --bind "$folder/kvm" /dev/kvm
  mount --bind "$folder/qemu.conf" /etc/libvirt/qemu.conf
  rm -r "$folder"
}
exec libvirtd`;

/** The machines' box, and libvirt: where none runs, as in a container, one is started, and ended with all that it has made. */
export default async function host(): Promise<(() => Promise<void>) | undefined> {
  await local([process.execPath, program, 'box', 'build'], {
    timeout: 40 * 60_000,
    onLine: (line) => console.log(line),
  });
  if (await answers()) return undefined;
  const start = (...argv: [string, ...string[]]): ChildProcess =>
    spawn(argv[0], argv.slice(1), { stdio: 'ignore' });
  const daemons = [start('virtlogd'), start('unshare', '--mount', 'sh', '-c', withoutKvm)];
  await until(
    async () => ((await answers()) ? { done: true, value: undefined } : { done: false, state: '' }),
    { describe: 'libvirt answers', timeout: 60_000, interval: 500, hint: 'lab doctor' },
  );
  return async () => {
    for (const network of await names(['net-list'])) {
      await local([...virsh, 'net-destroy', network], { allowFailure: true });
    }
    for (const daemon of daemons.reverse()) {
      const gone = once(daemon, 'exit');
      daemon.kill();
      await gone;
    }
  };
}
