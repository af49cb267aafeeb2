export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[];
}

/** A label selector as the API writes it; all of its conditions must hold, and an empty one selects everything. */
export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: readonly Requirement[];
}

function meets(labels: Labels, { key, operator, values = [] }: Requirement): boolean {
  const found: unknown = labels[key];
  // Labels come from users: "constructor" must not find what every object has.
  const value = typeof found === 'string' ? found : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      // Also without the label, which surprises most people once.
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** All conditions of a selector in one form. */
export function requirements(selector: Selector): Requirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]): Requirement => ({
    key,
    operator: 'In',
    values: [value],
  }));
  return [...equal, ...(selector.matchExpressions ?? [])];
}

/** The conditions that these labels do not meet. */
export function unmet(selector: Selector, labels: Labels): Requirement[] {
  return requirements(selector).filter((requirement) => !meets(labels, requirement));
}

/** A test for many sets of labels. */
export function matcher(selector: Selector): (labels: Labels) => boolean {
  const all = requirements(selector);
  return (labels) => all.every((requirement) => meets(labels, requirement));
}

function requirementText({ key, operator, values = [] }: Requirement): string {
  const [only] = values;
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${only}` : `${key} in (${values.join(', ')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${only}` : `${key} notin (${values.join(', ')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

/** As `kubectl get pods -l` takes it. */
export function selectorText(selector: Selector): string {
  return requirements(selector).map(requirementText).join(',');
}
