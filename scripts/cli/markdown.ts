import { stripVTControlCharacters } from 'node:util';
import { say, wantsColour } from './print.ts';

/** marked-terminal wraps paragraphs, and leaves items of lists as long as they are. Continued lines begin below the text. */
export function wrapItems(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const plain = stripVTControlCharacters(line);
      const bullet = /^\s*([*•-]|\d+\.) /.exec(plain)?.[0];
      if (bullet === undefined || plain.length <= width) return [line];
      const lines: string[] = [];
      const lead = /^ */.exec(line)?.[0] ?? '';
      const [first = '', ...words] = line.slice(lead.length).split(' ');
      let current = lead + first;
      for (const word of words) {
        const longer = `${current} ${word}`;
        if (stripVTControlCharacters(longer).length > width) {
          lines.push(current);
          current = ' '.repeat(bullet.length) + word;
        } else current = longer;
      }
      return [...lines, current];
    })
    .join('\n');
}

/** Markdown for a person: formatted on a terminal, as it is elsewhere. Its renderer takes 0.2 s to load. */
export async function sayMarkdown(text: string): Promise<void> {
  if (!wantsColour(process.stdout)) return say(text.trimEnd());
  const [{ Marked }, { markedTerminal }] = await Promise.all([
    import('marked'),
    import('marked-terminal'),
  ]);
  const width = Math.min(process.stdout.columns ?? 100, 110);
  const terminal = new Marked(markedTerminal({ width, reflowText: true, tab: 2 }), {
    renderer: {
      // marked-terminal leaves **bold** and `code` raw inside list items (its issues 304 and 371).
      text(token) {
        return 'tokens' in token && token.tokens
          ? this.parser.parseInline(token.tokens)
          : // A line end of the source is a space, in items of lists too.
            token.text.replaceAll('\n', ' ');
      },
    },
  });
  say(wrapItems((await terminal.parse(text)).trimEnd(), width));
}
