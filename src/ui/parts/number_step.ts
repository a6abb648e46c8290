/** How a number field steps with the arrow keys: by one, by doubling, or by 1–2–5 for small numbers. */

/** The next value up (+1) or down (−1); counts never fall below one, other numbers stay above zero. */
export function stepped(value: number, direction: 1 | -1, doubling: boolean): number {
  if (doubling) {
    const exponent = Math.log2(Math.max(1, value));
    const next = direction > 0 ? Math.floor(exponent) + 1 : Math.ceil(exponent) - 1;
    return 2 ** Math.max(0, next);
  }
  if (Number.isInteger(value)) return Math.max(0, value + direction);
  return nextOfSeries(value, direction);
}

/** The neighbour in 1, 2, 5, 10, 20, 50 … */
function nextOfSeries(value: number, direction: 1 | -1): number {
  if (value <= 0) return direction > 0 ? 1e-6 : 0;
  const power = Math.floor(Math.log10(value) + 1e-9);
  const series = [power - 1, power, power + 1].flatMap((exponent) =>
    [1, 2, 5].map((digit) => Number(`${digit}e${exponent}`)),
  );
  const slack = value * 1e-9;
  return direction > 0
    ? (series.find((candidate) => candidate > value + slack) ?? value)
    : (series.findLast((candidate) => candidate < value - slack) ?? value);
}
