/** Factors of Student's t distribution for a 95 % interval, by degrees of freedom. */
const T95 = [
  0, 12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12,
  2.11, 2.1, 2.09, 2.09,
];

/** By how many standard errors the mean of so many measurements may be off, 19 times in 20. */
export function t95(measurements: number): number {
  return T95[measurements - 1] ?? 2.09;
}

/** What pairs of measurements say: the mean ratio and the ends of its 95 % interval (Student's t on logarithms). */
export function interval(ratios: readonly number[]): readonly string[] {
  const logs = ratios.map((ratio) => Math.log(ratio));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  const half = t95(logs.length) * Math.sqrt(variance / logs.length);
  return [mean, mean - half, mean + half].map((value) => Math.exp(value).toFixed(3));
}
