import { LabError } from '../base/errors.ts';

export type Vars = Readonly<Record<string, string>>;

const placeholder = /\{\{([a-z][a-z0-9_]*)\}\}/g;

/** The variables that a text uses, in order, each once. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((found) => found[1] ?? ''))];
}

/** Puts values in place of `{{name}}`; names that `vars` lacks are left for a later pass. */
export function renderKnown(text: string, vars: Vars): string {
  return text.replaceAll(placeholder, (whole, name: string) => vars[name] ?? whole);
}

/** @throws LabError `unknown-variable` when a name has no value: a mistake in the exercise. */
export function render(text: string, vars: Vars): string {
  const done = renderKnown(text, vars);
  const left = variablesIn(text).filter((name) => vars[name] === undefined);
  if (left.length > 0) {
    throw new LabError('unknown-variable', `{{${left.join('}}, {{')}}} has no value here`, {
      hint: 'lab labs validate',
    });
  }
  return done;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]),
    );
  }
  return value;
}

/** The same for every text inside a value; keys stay as they are. */
export function renderDeep<T>(value: T, vars: Vars): T {
  return mapTexts(value, (text) => renderKnown(text, vars)) as T;
}

/** Every text inside a value. */
export function textsIn(value: unknown): string[] {
  const found: string[] = [];
  mapTexts(value, (text) => {
    found.push(text);
    return text;
  });
  return found;
}
