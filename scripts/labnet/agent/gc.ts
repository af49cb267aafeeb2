import { access, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { CniError, cniCode, type CniAnswer } from '../cni/error.ts';
import { parseCall, type Attachment, type Call, type CniRequest } from '../cni/request.ts';
import { answerOf } from '../cni/result.ts';
import { lookAt } from '../plan/look.ts';
import { undo } from '../plan/run.ts';
import type { AgentContext } from './context.ts';
import { detach, unknownLink } from './del.ts';
import { ourLink } from '../pod/names.ts';
import { attachmentKey, type AttachmentState } from './state.ts';
import { strayEnis, strayPodRules } from './strays.ts';

/** Detaches all of these; what does not work is told, and tried again next time. */
async function detachAll(
  context: AgentContext,
  attachments: readonly Attachment[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const { containerId, ifName } of attachments) {
    try {
      await detach(context, containerId, ifName);
    } catch (error) {
      problems.push(
        error instanceof CniError ? (error.details ?? error.message) : messageOf(error),
      );
    }
  }
  return problems;
}

/** GC: the runtime says which attachments are in use. No list means that it did not say, so nothing goes. */
export async function gc(context: AgentContext, { config }: CniRequest): Promise<CniAnswer> {
  if (!config.validAttachments) return answerOf();
  const valid = new Set(
    config.validAttachments.map(({ containerId, ifName }) => attachmentKey(containerId, ifName)),
  );
  const stale = Object.entries(context.state.attachments)
    .filter(([key, { done }]) => done && !valid.has(key))
    .map(([, attachment]) => attachment);
  const problems = await detachAll(context, stale);
  if (problems.length === 0) return answerOf();
  throw new CniError(
    cniCode.wiringFailed,
    'not everything could be taken away',
    problems.join('\n'),
  );
}

/** Calls that the shim took while no agent answered. */
export async function bury(context: AgentContext): Promise<void> {
  const folder = join(context.folder, 'pending-del');
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    try {
      const { containerId, ifName } = parseCall(JSON.parse(await readFile(path, 'utf8')) as Call);
      await detach(context, containerId, ifName);
    } catch (error) {
      context.log(`${path}: ${messageOf(error)}`);
    }
    await rm(path, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Attachments whose namespace is gone: a runtime that crashed never calls DEL, and containerd never calls GC. */
async function withoutNamespace({ state }: AgentContext): Promise<AttachmentState[]> {
  const done = Object.values(state.attachments).filter((one) => one.done);
  const there = await Promise.all(done.map(({ netns }) => exists(netns)));
  return done.filter((_, i) => !there[i]);
}

/**
 * Our own collection, called from time to time. A namespace has to be away twice, because a DEL may be under way.
 * @param before What the last round found.
 * @returns what this round found.
 */
export async function collect(
  context: AgentContext,
  before: ReadonlySet<string>,
): Promise<Set<string>> {
  const gone = await withoutNamespace(context);
  const keyOf = (one: AttachmentState): string => attachmentKey(one.containerId, one.ifName);
  const twice = gone.filter((one) => before.has(keyOf(one)));
  for (const problem of await detachAll(context, twice)) context.log(problem);
  return new Set(gone.map(keyOf));
}

/**
 * Before the first call: brings state and kernel into line after whatever ended the last agent. Attachments that were
 * being made, whose namespace is gone, or whose link is gone, go with all that is theirs; so do links nobody knows.
 */
export async function recover(context: AgentContext): Promise<void> {
  const { state, exec } = context;
  await bury(context);
  const { links, rules } = await lookAt(exec);
  const there = new Set(links.map(({ ifname }) => ifname));
  const gone = new Set(await withoutNamespace(context));
  const lost = Object.values(state.attachments).filter(
    (one) => !one.done || gone.has(one) || !there.has(one.wiring.hostLink),
  );
  for (const problem of await detachAll(context, lost)) context.log(problem);
  const known = new Set(Object.values(state.attachments).map(({ wiring }) => wiring.hostLink));
  const unknown = [...there].filter((name) => ourLink.test(name) && !known.has(name));
  const strays = [
    ...unknown.map(unknownLink),
    ...strayEnis(state, there),
    ...strayPodRules(state, rules),
  ];
  for (const problem of await undo(strays, exec)) context.log(problem);
}
