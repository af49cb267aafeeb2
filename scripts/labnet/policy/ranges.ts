/** IPv4 addresses as numbers: a world has thousands, and sorting and comparing them must be cheap. */
export interface Range {
  first: number;
  last: number;
}

export function addressNumber(text: string): number {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

export function addressText(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

export function rangeText({ first, last }: Range): string {
  return first === last ? addressText(first) : `${addressText(first)}-${addressText(last)}`;
}

/** The addresses of a CIDR, also if it has bits set behind its prefix; none for IPv6. */
export function cidrRange(cidr: string): Range | undefined {
  if (cidr.includes(':')) return undefined;
  const [address = '', prefix = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(addressNumber(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** In order and without overlaps. Neighbours stay apart, so that a list of pods still reads as one. */
export function union(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before && first <= before.last) before.last = Math.max(before.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

/** What is left of a range without these. */
export function subtract(range: Range, holes: readonly Range[]): Range[] {
  const left: Range[] = [];
  let { first } = range;
  for (const hole of union(holes)) {
    if (hole.last < first || hole.first > range.last) continue;
    if (hole.first > first) left.push({ first, last: hole.first - 1 });
    first = hole.last + 1;
  }
  return first <= range.last ? [...left, { first, last: range.last }] : left;
}

/** The place of the first item that is not before what is looked for, in a list in order. */
export function lowerBound<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Is the address in one of these, which are in order and without overlaps? */
export function includes(ranges: readonly Range[], value: number): boolean {
  const found = ranges[lowerBound(ranges, ({ last }) => last < value)];
  return found !== undefined && found.first <= value;
}
