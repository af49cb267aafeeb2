import { z } from 'zod';
import type { ExecResult } from '../../nodes/node.ts';
import { timedOut } from '../jobs.ts';
import type { Live } from '../live.ts';
import { some, type Outcome } from '../outcome.ts';
import { findSpots } from '../pods.ts';
import { asNumber, onePlace, onePlaceMessage, place, wholeNumber } from '../selectors.ts';
import { argvSchema } from '../truth-schema.ts';

/** The last resort: a command that only reads. */
export const command = z
  .strictObject({
    kind: z.literal('command'),
    ...place,
    argv: argvSchema,
    exit: wholeNumber.default(0),
    stdout: z.string().optional().describe('regular expression'),
    stderr: z.string().optional().describe('regular expression'),
    timeout_seconds: z.number().min(1).max(30).default(5),
  })
  .refine(onePlace, onePlaceMessage);

type Spec = z.infer<typeof command>;

function shown(text: string): string {
  return text.trim().slice(0, 160).replaceAll(/\s+/g, ' ') || 'nothing';
}

/** A script that says in one sentence what is wrong, and ends with 1, has said it all. */
function sentenceOf(spec: Spec, { exitCode, stderr }: ExecResult): string | undefined {
  if (exitCode !== 1 || asNumber(spec.exit) !== 0) return undefined;
  return /^.+$/.exec(stderr.trim())?.[0];
}

function problemsOf(spec: Spec, result: ExecResult): string[] {
  const { exitCode, stdout, stderr } = result;
  if (exitCode === timedOut && asNumber(spec.exit) !== timedOut) {
    return [`it did not end within ${spec.timeout_seconds} s`];
  }
  const problems: string[] = [];
  const sentence = sentenceOf(spec, result);
  if (sentence !== undefined) return [sentence];
  if (exitCode !== asNumber(spec.exit)) {
    problems.push(`exit code ${exitCode}${stderr.trim() === '' ? '' : `: ${shown(stderr)}`}`);
  }
  const fits = (pattern: string | undefined, text: string): boolean =>
    pattern === undefined || new RegExp(pattern, 'm').test(text);
  if (!fits(spec.stdout, stdout)) problems.push(`it printed ${shown(stdout)}`);
  if (!fits(spec.stderr, stderr)) problems.push(`it complained ${shown(stderr)}`);
  return problems;
}

export async function runCommand(spec: Spec, live: Live): Promise<Outcome> {
  const parts = [
    `exit code ${asNumber(spec.exit)}`,
    ...(spec.stdout === undefined ? [] : [`output that fits ${spec.stdout}`]),
    ...(spec.stderr === undefined ? [] : [`errors that fit ${spec.stderr}`]),
  ];
  const expected = `"${spec.argv.join(' ')}": ${parts.join(', ')}`;
  const { spots, missing } = await findSpots(live, spec);
  if (spots.length === 0) return { pass: false, actual: missing, expected };
  const timeout = spec.timeout_seconds;
  const names = spec.on === undefined;
  const results = await live.run(
    spots.map(({ node, inside }) => ({ node, inside, names, argv: spec.argv, timeout })),
  );
  const problems = spots.flatMap(({ label }, i) => {
    const result = results[i] as ExecResult;
    // Where there is one place only, the sentence names it if it matters.
    const alone = spots.length === 1 && sentenceOf(spec, result) !== undefined;
    return problemsOf(spec, result).map((text) => (alone ? text : `${label}: ${text}`));
  });
  const fine = `as expected on ${spots.map(({ label }) => label).join(', ')}`;
  return { pass: problems.length === 0, actual: some(problems) || fine, expected };
}
