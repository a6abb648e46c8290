/**
 * Bits a token in the plainest way, from the lines of the definition: dense rows, contributions as vectors of d numbers,
 * axes by power iteration, bins in a map. It shares nothing with src/analysis.
 */

/** Codes of one row: the unit and its r numbers. */
export type Row = readonly { readonly unit: number; readonly code: readonly number[] }[];

export interface DirectModel {
  readonly units: number;
  /** Decoder rows of each unit, [K][r][d]. */
  readonly decoder: readonly (readonly (readonly number[])[])[];
}

export interface DirectBits {
  readonly index: number;
  readonly coefficients: number;
  readonly explained: number;
  readonly explainedExactly: number;
}

const inner = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const plus = (a: readonly number[], b: readonly number[], times = 1) =>
  a.map((value, i) => value + times * (b[i] ?? 0));

/** D_kᵀp_k. */
function contribution({ decoder }: DirectModel, { unit, code }: Row[number]): number[] {
  const block = decoder[unit] ?? [];
  return block.reduce<number[]>(
    (sum, atom, i) => plus(sum, atom, code[i] ?? 0),
    (block[0] ?? []).map(() => 0),
  );
}

/** Directions of the largest Σ (c·v)², one after the other, until nothing is left. */
function principalAxes(vectors: readonly number[][], most: number): number[][] {
  const axes: number[][] = [];
  let left = vectors;
  const size = vectors.reduce((sum, v) => sum + inner(v, v), 0);
  while (axes.length < most && left.reduce((sum, v) => sum + inner(v, v), 0) > 1e-20 * size) {
    let axis = left.reduce((a, b) => (inner(a, a) >= inner(b, b) ? a : b));
    for (let i = 0; i < 400; i++) {
      const next = left.reduce(
        (sum, v) => plus(sum, v, inner(v, axis)),
        axis.map(() => 0),
      );
      axis = next.map((value) => value / Math.sqrt(inner(next, next)));
    }
    axes.push(axis);
    left = left.map((v) => plus(v, axis, -inner(v, axis)));
  }
  return axes;
}

/** Bits a row of `codes`, and what is explained of the last rows of them, whose x is `judged`, with D_kᵀp_k + `bias`. */
export function directBits(
  model: DirectModel,
  codes: readonly Row[],
  judged: readonly (readonly number[])[],
  bias: readonly number[],
  step: number,
): DirectBits {
  const reconstructed = codes.map(() => [...bias]);
  const exact = codes.map(() => [...bias]);
  let index = 0;
  let coefficients = 0;
  for (let unit = 0; unit < model.units; unit++) {
    const rows: number[] = [];
    const vectors: number[][] = [];
    codes.forEach((row, b) => {
      const own = row.find((entry) => entry.unit === unit && entry.code.some((p) => p !== 0));
      if (own === undefined) return;
      rows.push(b);
      vectors.push(contribution(model, own));
    });
    if (rows.length === 0) continue;
    const p = rows.length / codes.length;
    index += p < 1 ? p * Math.log2(1 / p) + (1 - p) * Math.log2(1 / (1 - p)) : 0;
    rows.forEach((b, i) => (exact[b] = plus(exact[b] ?? [], vectors[i] ?? [])));
    for (const axis of principalAxes(vectors, model.decoder[unit]?.length ?? 0)) {
      const values = vectors.map((v) => inner(v, axis));
      const bins = new Map<number, number[]>();
      for (const value of values) {
        const bin = Math.round(value / step);
        bins.set(bin, [...(bins.get(bin) ?? []), value]);
      }
      for (const own of bins.values()) {
        coefficients += own.length * Math.log2(values.length / own.length);
      }
      coefficients += (bins.size - 1) / (2 * Math.log(2));
      values.forEach((value, i) => {
        const own = bins.get(Math.round(value / step)) ?? [];
        const centroid = own.reduce((sum, v) => sum + v, 0) / own.length;
        const b = rows[i] ?? 0;
        reconstructed[b] = plus(reconstructed[b] ?? [], axis, centroid);
      });
    }
  }
  const mean = judged.reduce(
    (sum, x) => plus(sum, x, 1 / judged.length),
    bias.map(() => 0),
  );
  const whole = judged.reduce((sum, x) => sum + inner(plus(x, mean, -1), plus(x, mean, -1)), 0);
  const first = codes.length - judged.length;
  const lost = (rows: readonly number[][]) =>
    judged.reduce((sum, x, i) => {
      const error = plus(x, rows[first + i] ?? [], -1);
      return sum + inner(error, error);
    }, 0);
  return {
    index,
    coefficients: coefficients / codes.length,
    explained: 1 - lost(reconstructed) / whole,
    explainedExactly: 1 - lost(exact) / whole,
  };
}
