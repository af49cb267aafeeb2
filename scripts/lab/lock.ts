import { randomBytes } from 'node:crypto';
import { existsSync, rmdirSync, unlinkSync } from 'node:fs';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { readIfExists, writeAtomic } from '../base/files.ts';
import { sleep } from '../base/until.ts';
import { bootId, startTime } from './process-identity.ts';

/** Who holds the lock of an environment. */
export interface Holder {
  pid: number;
  /** Clock ticks since boot; tells a reused pid from the holder. */
  startTime: string;
  /** Differs after every boot of the host. */
  bootId: string;
  /** As typed, such as "lab up --cni none". */
  command: string;
  /** ISO time. */
  since: string;
  user: string;
}

export interface Lock {
  /** Safe to call twice; happens by itself when the process exits. */
  release(): void;
}

/**
 * Beside the environment's own folder, so that removing that folder does not open the lock.
 * It holds one file per process that wants or has the lock.
 */
function lockFolder(stateDir: string): string {
  return join(dirname(stateDir), '.locks', basename(stateDir));
}

async function isAlive(holder: Holder): Promise<boolean> {
  return holder.bootId === (await bootId()) && holder.startTime === (await startTime(holder.pid));
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readIfExists(path);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Holder);
  } catch {
    // Only a crash of the whole machine leaves a broken file, and then its writer is dead.
    return undefined;
  }
}

interface Other {
  name: string;
  holder: Holder;
}

/** The living owners of other files in the folder. Files of the dead are removed on the way. */
async function livingOthers(folder: string, own: string): Promise<Other[]> {
  const found: Other[] = [];
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names.filter((one) => !one.startsWith(own))) {
    const path = join(folder, name);
    const written = name.endsWith('.json');
    const holder = written ? await readHolder(path) : undefined;
    if (holder && (await isAlive(holder))) found.push({ name, holder });
    else if (written || !(await startTime(Number.parseInt(name, 10)))) {
      // No name is ever used again, so this can only hit the dead process's own file.
      await unlink(path).catch(() => undefined);
    }
  }
  return found;
}

function lockedError(environment: string, { pid, command, since, user }: Holder): LabError {
  const minutes = Math.floor((Date.now() - Date.parse(since)) / 60_000);
  const ago = minutes < 1 ? 'less than a minute ago' : `${minutes} min ago`;
  return new LabError('locked', `environment "${environment}" is in use by \`${command}\``, {
    why: `process ${pid} of user ${user} began at ${since} (${ago}); only one command at a time may change an environment`,
    hint: `wait until it has ended, or end it with: kill ${pid}`,
  });
}

function release(folder: string, path: string): void {
  try {
    unlinkSync(path);
    // Both only succeed when empty.
    rmdirSync(folder);
    rmdirSync(dirname(folder));
  } catch {
    // Already released, or others are in there.
  }
}

async function put(path: string, me: Holder): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeAtomic(path, JSON.stringify(me));
  } catch (error) {
    // Another process has just released the lock and removed the folder; the next round tries again.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Milliseconds in which a file may belong to a process that only tries to get the lock. */
const trying = 1000;

/**
 * Takes the environment's lock. Every process puts down its own file and then looks for others: of
 * two at the same time at least one sees the other, and only who sees none has the lock. Of several
 * that try, the first by name stays and the others step back. Files of dead processes (killed, pid
 * reused, host rebooted) count for nothing, so there is no take-over to race for.
 * @param command What is running, as typed, for the message that others get.
 * @throws LabError `locked` naming the holder, since when, and what to do.
 */
export async function acquireLock(stateDir: string, command: string): Promise<Lock> {
  const folder = lockFolder(stateDir);
  const own = `${process.pid}-${randomBytes(6).toString('hex')}.json`;
  const path = join(folder, own);
  const me: Holder = {
    pid: process.pid,
    startTime: (await startTime(process.pid)) ?? '',
    bootId: await bootId(),
    command,
    since: new Date().toISOString(),
    user: userInfo().username,
  };
  const onExit = (): void => release(folder, path);
  process.on('exit', onExit);
  const giveUp = (): void => {
    process.off('exit', onExit);
    onExit();
  };

  const deadline = Date.now() + 2 * trying;
  try {
    for (;;) {
      const others = await livingOthers(folder, own);
      const present = existsSync(path);
      if (others.length === 0 && present) return { release: giveUp };
      if (others.length === 0) await put(path, me);
      else {
        if (present && others.some(({ name }) => name < own)) await unlink(path);
        const held = others.find(({ holder }) => Date.now() - Date.parse(holder.since) > trying);
        const blocker = held ?? (Date.now() > deadline ? others[0] : undefined);
        if (blocker) throw lockedError(basename(stateDir), blocker.holder);
        await sleep(10 + Math.random() * 20);
      }
    }
  } catch (error) {
    giveUp();
    throw error;
  }
}

/** Ends whoever holds the lock, at once; for work that nobody waits for. */
export async function endHolder(stateDir: string): Promise<void> {
  for (const { holder } of await livingOthers(lockFolder(stateDir), `${process.pid}-`)) {
    try {
      process.kill(holder.pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
}

/** Runs `work` while holding the environment's lock. */
export async function withLock<T>(
  stateDir: string,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(stateDir, command);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
