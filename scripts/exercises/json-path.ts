/**
 * The part of JSONPath that `kubectl -o jsonpath` users know: names, ['quoted names'], [0], [-1], [*],
 * ..name, and filters [?(@.type=="Ready")] with == != < > <= >= =~ /regex/ && or a bare path.
 * A leading `$`, `.` or surrounding `{}` may be left out.
 */
type Step =
  | { kind: 'name'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'deep'; name: string }
  | { kind: 'filter'; tests: Test[] };

interface Test {
  path: Step[];
  operator: string | undefined;
  value: string;
}

/** Where each character stands: how many brackets are open around it, and whether it is quoted. */
function* outside(text: string): Generator<number> {
  let depth = 0;
  let quoteMark = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quoteMark) {
      if (c === quoteMark) quoteMark = '';
    } else if (c === '"' || c === "'") quoteMark = c;
    else if (c === '[') depth++;
    else if (c === ']') depth--;
    else if (depth === 0) yield i;
  }
}

/** Cuts at the first operator that stands outside brackets and quotes. */
function cut(text: string, operator: RegExp): [string, string, string] | undefined {
  for (const i of outside(text)) {
    const found = operator.exec(text.slice(i));
    if (found) return [text.slice(0, i), found[0], text.slice(i + found[0].length)];
  }
  return undefined;
}

function filterTests(text: string): Test[] {
  const both = cut(text, /^&&/);
  if (both) return [...filterTests(both[0]), ...filterTests(both[2])];
  if (!text.trim().startsWith('@')) throw new Error(`a filter begins with @: "${text.trim()}"`);
  const [path, operator, raw] = cut(text, /^(==|!=|<=|>=|=~|<|>)/) ?? [text, undefined, ''];
  const value = /^(["'/])(.*)\1$/s.exec(raw.trim())?.[2] ?? raw.trim();
  return [{ path: steps(path.trim().slice(1)), operator, value }];
}

function bracket(inside: string): Step {
  if (inside === '*') return { kind: 'all' };
  if (/^-?\d+$/.test(inside)) return { kind: 'index', index: Number(inside) };
  const quoted = /^(['"])(.*)\1$/s.exec(inside);
  if (quoted) return { kind: 'name', name: quoted[2] ?? '' };
  const filter = /^\?\((.*)\)$/s.exec(inside);
  if (filter) return { kind: 'filter', tests: filterTests(filter[1] ?? '') };
  throw new Error(`cannot read [${inside}]`);
}

/** The index of the bracket that closes the one at `start`; quoted text does not count. */
function closing(text: string, start: number): number {
  let depth = 0;
  let quoteMark = '';
  for (let i = start; i < text.length; i++) {
    const c = text[i] as string;
    if (quoteMark) {
      if (c === quoteMark) quoteMark = '';
    } else if (c === '"' || c === "'") quoteMark = c;
    else if (c === '[') depth++;
    else if (c === ']' && --depth === 0) return i;
  }
  throw new Error(`a "[" is not closed in "${text}"`);
}

function steps(text: string): Step[] {
  const found: Step[] = [];
  let i = 0;
  while (i < text.length) {
    if (text[i] === '[') {
      const end = closing(text, i);
      found.push(bracket(text.slice(i + 1, end).trim()));
      i = end + 1;
      continue;
    }
    const dots = /^\.{0,2}/.exec(text.slice(i))?.[0].length ?? 0;
    const name = /^(?:\*|(?:\\.|[^.[\]])+)/.exec(text.slice(i + dots))?.[0];
    if (name === undefined) {
      if (dots === 1 && text[i + 1] === '[') {
        i += 1;
        continue;
      }
      throw new Error(`cannot read "${text.slice(i)}" in "${text}"`);
    }
    const plain = name.replaceAll(/\\(.)/g, '$1');
    if (name === '*') found.push({ kind: 'all' });
    else found.push({ kind: dots === 2 ? 'deep' : 'name', name: plain });
    i += dots + name.length;
  }
  return found;
}

/** @throws Error saying what cannot be read. */
export function parseJsonPath(path: string): Step[] {
  const inner = /^\{(.*)\}$/s.exec(path.trim())?.[1] ?? path.trim();
  const rest = inner.replace(/^\$/, '');
  return rest === '' || rest === '.' ? [] : steps(rest);
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function passes(test: Test, item: unknown): boolean {
  const values = walk([item], test.path);
  if (test.operator === undefined) return values.length > 0;
  if (test.operator === '!=') return values.every((v) => String(v) !== test.value);
  return values.some((v) => {
    if (test.operator === '==') return String(v) === test.value;
    if (test.operator === '=~') return new RegExp(test.value).test(String(v));
    return comparisons[test.operator as string]?.(Number(v), Number(test.value)) ?? false;
  });
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function deep(value: unknown, name: string): unknown[] {
  const here =
    typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? [(value as Record<string, unknown>)[name]]
      : [];
  return [...here, ...children(value).flatMap((one) => deep(one, name))];
}

function advance(value: unknown, step: Step): unknown[] {
  switch (step.kind) {
    case 'all':
      return children(value);
    case 'deep':
      return deep(value, step.name);
    case 'filter':
      return children(value).filter((one) => step.tests.every((test) => passes(test, one)));
    case 'index':
      return Array.isArray(value) ? [value.at(step.index) as unknown] : [];
    case 'name':
      return typeof value === 'object' && value !== null
        ? [(value as Record<string, unknown>)[step.name]]
        : [];
  }
}

function walk(values: unknown[], path: readonly Step[]): unknown[] {
  return path
    .reduce((here, step) => here.flatMap((value) => advance(value, step)), values)
    .filter((value) => value !== undefined && value !== null);
}

/** Every value that the path finds; null counts as not there. */
export function jsonPath(value: unknown, path: string): unknown[] {
  return walk([value], parseJsonPath(path));
}

/** The same as text: numbers and booleans as JSON writes them, maps and lists as JSON. */
export function jsonPathTexts(value: unknown, path: string): string[] {
  return jsonPath(value, path).map((one) =>
    typeof one === 'object' ? JSON.stringify(one) : String(one as string | number | boolean),
  );
}
