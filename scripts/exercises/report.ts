import type { CriterionResult, Result } from './outcome.ts';

const marks = { pass: 'ok  ', fail: 'FAIL', error: '??  ' } as const;

const verdicts = {
  pass: 'full marks',
  partial: 'partly done',
  fail: 'not done yet',
  error: 'not graded: the lab does not answer',
} as const;

/** Lines of at most this many characters, broken between words; longer words stay whole. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let current = '';
    for (const word of line.split(' ')) {
      const longer = current === '' ? word : `${current} ${word}`;
      if (longer.length > width && current !== '') {
        lines.push(current);
        current = word;
      } else current = longer;
    }
    return [...lines, current];
  });
}

const indent = 17;

/** A field with its continuation lines indented below it. */
function field(name: string, text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text.trim(), width - indent);
  return [`       ${name.padEnd(9)} ${first}`, ...rest.map((line) => ' '.repeat(indent) + line)];
}

function lines(one: CriterionResult, width: number, mark: Mark): string[] {
  const points = `${one.points}/${one.max}`;
  const head = `  ${mark(one.status, marks[one.status])} ${points.padStart(7)}  ${one.title}`;
  if (one.status === 'pass') return [head];
  return [
    head,
    ...field('actual', one.actual, width),
    ...field('expected', one.expected, width),
    ...field('why', one.why, width),
  ];
}

type Mark = (status: CriterionResult['status'], text: string) => string;

/**
 * The verdict for people.
 * @param width Characters in a line; default as many as it takes.
 * @param mark Colours the mark of a criterion; default none.
 */
export function reportResult(
  result: Result,
  width = Infinity,
  mark: Mark = (_, text) => text,
): string {
  const score = result.status === 'error' ? '' : ` ${result.score} of ${result.max} points,`;
  const head = `${result.id}:${score} ${verdicts[result.status]}`;
  return [head, ...result.criteria.flatMap((one) => lines(one, width, mark))].join('\n');
}
