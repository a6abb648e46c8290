/** Where a key leads in a list, decided without touching the page. */

export type Movement = { readonly by: number } | 'first' | 'last';

/**
 * The item to show after a movement through `shown` (in the order of the list). One that is not in the list is entered at
 * its beginning, or at its end when moving up. Null when nothing is shown.
 */
export function moveIn<Item>(
  shown: readonly Item[],
  current: Item | null,
  movement: Movement,
): Item | null {
  const last = shown.length - 1;
  const here = current === null ? -1 : shown.indexOf(current);
  let target: number;
  if (movement === 'first') target = 0;
  else if (movement === 'last') target = last;
  else if (here < 0) target = movement.by > 0 ? 0 : last;
  else target = Math.min(last, Math.max(0, here + movement.by));
  return shown[target] ?? null;
}
