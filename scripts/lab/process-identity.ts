import { readIfExists } from '../base/files.ts';

/** Changes with every boot of the host. */
export async function bootId(): Promise<string> {
  return (await readIfExists('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
}

/**
 * When the process began, in clock ticks since boot; undefined if there is none with this pid.
 * A zombie counts as gone: it does nothing any more, and only waits for its parent.
 */
export async function startTime(pid: number): Promise<string | undefined> {
  let stat: string | undefined;
  try {
    stat = await readIfExists(`/proc/${pid}/stat`);
  } catch (error) {
    // The process ended while its file was being read.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
    throw error;
  }
  // pid (name) state ppid …: the name may hold blanks and brackets, so count from the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields ?? [];
  return state === 'Z' || state === 'X' ? undefined : fields?.[19];
}
