/** marked-terminal ships no types; this is the part that is used here. */
declare module 'marked-terminal' {
  import type { MarkedExtension } from 'marked';
  export function markedTerminal(options?: {
    width?: number;
    reflowText?: boolean;
    tab?: number;
  }): MarkedExtension;
}
