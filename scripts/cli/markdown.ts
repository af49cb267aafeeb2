import { say, wantsColour } from './print.ts';

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
          : token.text;
      },
    },
  });
  say((await terminal.parse(text)).trimEnd());
}
