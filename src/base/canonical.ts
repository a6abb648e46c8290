/**
 * Plain values compared by what they say. The order of keys says nothing (a setting that was added later stands
 * last), nor does a key whose value is undefined; JSON alone tells both apart.
 */

/** A plain value as JSON with its keys in alphabetical order: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Whether two plain values say the same. */
export function saysSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
