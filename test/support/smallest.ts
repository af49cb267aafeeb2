type Json = unknown;

/** Every way to leave out one list item. */
function* withoutOne(value: Json): Generator<Json> {
  if (Array.isArray(value)) {
    for (const place of value.keys()) yield value.toSpliced(place, 1);
    for (const [place, item] of value.entries()) {
      for (const less of withoutOne(item)) yield value.with(place, less);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      // A selector without values is none: the API server refuses it.
      if (key === 'values') continue;
      for (const less of withoutOne(item)) yield { ...value, [key]: less };
    }
  }
}

/** Leaves out list items, one after the other, as long as what is left is still interesting. */
export async function smallest<T>(
  value: T,
  interesting: (value: T) => Promise<boolean>,
): Promise<T> {
  for (const less of withoutOne(value)) {
    if (await interesting(less as T)) return smallest(less as T, interesting);
  }
  return value;
}
