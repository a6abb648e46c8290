/** Plane clouds brought to variance 1 in every direction, as the indices of irreducibility expect them. */

/** Centred points and their covariance. */
export interface CentredCloud {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** A flat cloud has no second dimension: variance below this share of the larger one counts as none. */
const FLAT = 1e-9;

/** The cloud about its mean, with unit covariance; null when it has no second dimension. O(n). */
export function whitenedCloud(x: Float64Array, y: Float64Array): CentredCloud | null {
  const n = x.length;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < n; i++) {
    const a = (x[i] ?? 0) - meanX;
    const b = (y[i] ?? 0) - meanY;
    xx += (a * a) / n;
    xy += (a * b) / n;
    yy += (b * b) / n;
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const major = c * c * xx + 2 * c * s * xy + s * s * yy;
  const minor = s * s * xx - 2 * c * s * xy + c * c * yy;
  if (!(minor > FLAT * major)) return null;
  const [byMajor, byMinor] = [1 / Math.sqrt(major), 1 / Math.sqrt(minor)];
  const u = new Float64Array(n);
  const v = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const a = (x[i] ?? 0) - meanX;
    const b = (y[i] ?? 0) - meanY;
    u[i] = (c * a + s * b) * byMajor;
    v[i] = (c * b - s * a) * byMinor;
  }
  return { x: u, y: v, xx: 1, xy: 0, yy: 1 };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return values.length > 0 ? sum / values.length : 0;
}
