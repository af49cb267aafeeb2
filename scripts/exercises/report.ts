import type { CriterionResult, Result } from './outcome.ts';

const marks = { pass: 'ok  ', fail: 'FAIL', error: '??  ' } as const;

const verdicts = {
  pass: 'full marks',
  partial: 'partly done',
  fail: 'not done yet',
  error: 'not graded: the lab does not answer',
} as const;

/** A field with its continuation lines indented below it. */
function field(name: string, text: string): string[] {
  const [first = '', ...rest] = text.trim().split('\n');
  return [`       ${name.padEnd(9)} ${first}`, ...rest.map((line) => `${' '.repeat(17)}${line}`)];
}

function lines(one: CriterionResult): string[] {
  const points = `${one.points}/${one.max}`;
  const head = `  ${marks[one.status]} ${points.padStart(7)}  ${one.title}`;
  if (one.status === 'pass') return [head];
  return [
    head,
    ...field('actual', one.actual),
    ...field('expected', one.expected),
    ...field('why', one.why),
  ];
}

/** The verdict for people: plain text, no colours. */
export function reportResult(result: Result): string {
  const score = result.status === 'error' ? '' : ` ${result.score} of ${result.max} points,`;
  const head = `${result.id}:${score} ${verdicts[result.status]}`;
  return [head, ...result.criteria.flatMap(lines)].join('\n');
}
