/**
 * Keeps Dawn from taking a core for waiting. While anything is pending it asks again by the global
 * `setImmediate`, which comes round a hundred thousand times a second; a software adapter needs that core for
 * the work that is waited for.
 */

/** From now on the global `setImmediate` waits a millisecond. Node's own modules hold the original. */
export function waitPatiently(): void {
  Reflect.set(
    globalThis,
    'setImmediate',
    (callback: (...words: unknown[]) => void, ...words: unknown[]) =>
      setTimeout(callback, 1, ...words),
  );
}
