import type { Explanation, ExplainedCommand, ExplainedStep } from './explanation.ts';

const width = 96;

/** Breaks a text into lines, each with this beginning. */
function folded(text: string, beginning: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && beginning.length + line.length + 1 + word.length > width) {
      lines.push(beginning + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, beginning + line];
}

function commandLines({ why, command, show }: ExplainedCommand): string[] {
  const [first = '', ...more] = command.split('\n');
  return [
    `     $ ${first}`,
    ...more.map((line) => `       ${line}`),
    ...folded(why, '       # '),
    ...(show === undefined ? [] : [`       # see it: ${show}`]),
  ];
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

function stepLines({ number, title, text, commands, ms }: ExplainedStep): string[] {
  const time = ms === undefined ? '' : `   (${milliseconds(ms)})`;
  return [
    '',
    `${number}. ${title}${time}`,
    ...folded(text, '   '),
    ...commands.flatMap(commandLines),
  ];
}

export function explanationText({ pod, node, address, at, ms, steps }: Explanation): string {
  const head =
    at === undefined
      ? `${pod} does not exist yet. On ${node} it would get ${address}; nothing was done.`
      : `${pod} on ${node} has ${address} since ${at}; connecting it took ${milliseconds(ms ?? 0)}.`;
  return [head, ...steps.flatMap(stepLines)].join('\n');
}
