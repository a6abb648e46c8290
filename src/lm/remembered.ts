/**
 * Remembers what a function of a text gave: a text has few different words, and each is merged once. When
 * the table is full it is emptied; long texts, which hardly come twice, are not kept.
 */

const MOST = 20_000;
/** Characters. */
const LONGEST = 256;

/** `make`, asked again only for texts that it was not asked for lately. */
export function remembered<Result>(make: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = make(text);
    if (known.size >= MOST) known.clear();
    if (text.length <= LONGEST) known.set(text, result);
    return result;
  };
}
