import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import type { ExecResult, Node } from '../nodes/node.ts';
import { namespaceFunctions } from './namespaces.ts';

/** Whose network namespace: of the pod with this uid, of a container by Docker's name for it, or one with a name. */
export type Inside = `pod:${string}` | `container:${string}` | `netns:${string}`;

/** A command on a node, or with the node's tools in another network namespace on it. */
export interface Job {
  node: Node;
  /** Undefined for the node itself. */
  inside?: Inside | undefined;
  /** Give it the pod's or the container's resolv.conf and hosts as well; a named namespace always has its own. */
  names?: boolean;
  argv: Argv;
  /** Seconds; then it is killed and the exit code is 124. Default 5. */
  timeout?: number;
}

/** Exit code of a job that did not end in time. */
export const timedOut = 124;
/** Exit code of a job whose pod, container or namespace is not there. */
export const notThere = 125;
const notFound = 127;

/**
 * Runs all jobs of a node side by side in one ssh call. Stdin has one line per job: where, net or names, seconds, and
 * the words in base64, each ended by NUL; so nothing needs quoting. Stdout has one line per job in the same order.
 */
const program = String.raw`
set -u
export KUBECACHEDIR=/var/cache/lab-kubectl KUBECONFIG=/vagrant/admin.conf
[ -r /etc/kubernetes/admin.conf ] && KUBECONFIG=/etc/kubernetes/admin.conf
${namespaceFunctions}
run_job() {
  local -a words=()
  mapfile -d '' -t words < <(base64 -d <<<"$4")
  set -- "${'$'}{1%%:*}" "${'$'}{1#*:}" "$2" timeout "$3" "${'$'}{words[@]}"
  case $1 in
  pod) in_pod "${'$'}{@:2}" ;;
  container) in_container "${'$'}{@:2}" ;;
  netns) in_netns "$2" "${'$'}{@:4}" ;;
  *) exec "${'$'}{@:4}" ;;
  esac
}
dir=$(mktemp -d -t lab-check.XXXXXX) || exit 70
trap 'rm -rf "$dir"' EXIT
count=0
while read -r where kind limit words; do
  (
    ( run_job "$where" "$kind" "$limit" "$words" ) >"$dir/$count.out" 2>"$dir/$count.err" </dev/null
    echo "$?" >"$dir/$count.code"
  ) &
  count=$((count + 1))
done
wait
for ((i = 0; i < count; i++)); do
  printf '%s =%s =%s\n' "$(<"$dir/$i.code")" "$(base64 -w0 <"$dir/$i.out")" "$(base64 -w0 <"$dir/$i.err")"
done
`;

/** How a fake node tells this program from other commands: the word behind the program's text. */
export const jobsName = 'lab-jobs';
export const jobsArgv: Argv = ['bash', '-c', program, jobsName];

export function encodeJob(job: Omit<Job, 'node'>): string {
  const words = Buffer.from(job.argv.map((word) => `${word}\0`).join('')).toString('base64');
  return `${job.inside ?? '-'} ${job.names ? 'names' : 'net'} ${job.timeout ?? 5} ${words}\n`;
}

export function decodeResult(line: string): ExecResult {
  const [code = '', out = '', err = ''] = line.split(' ');
  const text = (field: string): string => Buffer.from(field.slice(1), 'base64').toString();
  return { exitCode: Number(code), stdout: text(out), stderr: text(err) };
}

async function runOn(node: Node, jobs: readonly Job[]): Promise<ExecResult[]> {
  const seconds = (job: Job): number => Math.ceil((job.timeout ?? 5) * node.slowness);
  const longest = Math.max(...jobs.map((job) => job.timeout ?? 5));
  const { stdout } = await node.exec(jobsArgv, {
    stdin: jobs.map((job) => encodeJob({ ...job, timeout: seconds(job) })).join(''),
    timeout: (longest + 10) * 1000,
  });
  const lines = stdout.split('\n').filter(Boolean);
  if (lines.length !== jobs.length) {
    throw new LabError(
      'probe-failed',
      `${node.name} answered ${lines.length} of ${jobs.length} probes`,
      {
        details: stdout.slice(0, 500),
      },
    );
  }
  return lines.map((line, i) => {
    const result = decodeResult(line);
    if (result.exitCode === notFound) {
      throw new LabError(
        'tool-missing',
        `${jobs[i]?.argv[0] ?? ''} cannot be run on ${node.name}`,
        {
          why: result.stderr.trim(),
          hint: 'lab doctor',
        },
      );
    }
    return result;
  });
}

/**
 * The results in the order of the jobs; a command that fails is a result, not an error.
 * @throws LabError when a node does not answer or lacks a tool.
 */
export async function runJobs(jobs: readonly Job[]): Promise<ExecResult[]> {
  const nodes = [...new Set(jobs.map((job) => job.node))];
  const results = new Map<Job, ExecResult>();
  await Promise.all(
    nodes.map(async (node) => {
      const own = jobs.filter((job) => job.node === node);
      const found = await runOn(node, own);
      own.forEach((job, i) => results.set(job, found[i] as ExecResult));
    }),
  );
  return jobs.map((job) => results.get(job) as ExecResult);
}
