import { stat } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import { promisify } from 'node:util';
import type { SFTPWrapper } from 'ssh2';
import { LabError } from '../../base/errors.ts';
import { sha256Of } from '../../base/files.ts';
import type { Node } from '../node.ts';
import type { Report } from '../provider.ts';
import { connect, type SshTarget } from '../ssh.ts';

/** A file that a machine is to have. */
export interface Sent {
  /** Path on this host. */
  from: string;
  /** Path there. */
  to: string;
  /** Octal text, as in "0755". */
  mode: string;
}

/** Which of these files the machine has not, or with another content. */
async function missing(node: Node, files: ReadonlyMap<string, Sent>): Promise<string[]> {
  const sums = [...files].map(([sum, { to }]) => `${sum}  ${to}\n`).join('');
  const checked = await node.exec(['sha256sum', '--check', '-'], {
    stdin: sums,
    allowFailure: true,
    timeout: 10 * 60_000,
  });
  const good = new Set(
    checked.stdout.split('\n').flatMap((line) => /^(.*): OK$/.exec(line)?.[1] ?? []),
  );
  return [...files].filter(([, { to }]) => !good.has(to)).map(([sum]) => sum);
}

/** What has arrived is looked at before it takes its place. */
const place = `
set -e
echo "$1  $2" | sha256sum --check --status
mkdir -p "$(dirname "$3")"
chown root:root "$2"
chmod "$4" "$2"
mv "$2" "$3"`;

/** Folder for what is on its way; not /tmp, which may be memory. */
const incoming = '/var/tmp/lab-incoming';

/**
 * Sends the files that the machine lacks, by SFTP; each is in its place whole and right, or not at all.
 * @param target Where the node answers: SFTP takes a connection of its own.
 * @throws LabError `send-failed`, after a second try.
 */
export async function send(
  node: Node,
  target: SshTarget,
  files: readonly Sent[],
  report: Report,
): Promise<void> {
  const bySum = new Map<string, Sent>();
  for (const file of files) bySum.set(await sha256Of(file.from), file);
  const wanted = await missing(node, bySum);
  if (wanted.length === 0) return;
  await node.exec(['install', '-d', '-o', target.user, incoming]);
  const client = await connect(target);
  try {
    const sftp: SFTPWrapper = await promisify(client.sftp.bind(client))();
    let sent = 0;
    for (const sum of wanted) {
      const { from, to, mode } = bySum.get(sum) as Sent;
      const megabytes = Math.ceil((await stat(from)).size / 1e6);
      report(
        `sending ${to.slice(dirname(to).length + 1)} (${megabytes} MB, ${++sent} of ${wanted.length})`,
      );
      const arrived = `${incoming}/${sum}`;
      await new Promise<void>((resolve, reject) => {
        sftp.fastPut(from, arrived, (error) => (error ? reject(error) : resolve()));
      });
      await node.exec(['sh', '-c', place, 'sh', sum, arrived, to, mode], { timeout: 5 * 60_000 });
    }
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError('send-failed', `${node.name}: a file could not be sent`, {
      why: cause instanceof Error ? cause.message : String(cause),
      hint: 'lab up   (goes on with the files that are missing)',
      cause,
    });
  } finally {
    client.end();
    await node.exec(['rm', '-rf', incoming]);
  }
}
