/** 17973248 -> "18 MB". */
export function sizeText(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}
