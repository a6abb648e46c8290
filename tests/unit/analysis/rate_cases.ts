/** Small models with codes and rows, and their rate curves, for the tests of bits a token. */
import { rateCurve, type RateCurve } from '../../../src/analysis/rate_curve';
import type { CodeTable } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import type { DirectModel, Row } from './direct_bits';
import { chance, dictionaryOf } from './worlds';

/** The last `judged.length` of the rows are judged. */
export interface Case {
  readonly model: DirectModel;
  readonly codes: readonly Row[];
  readonly judged: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

function tableOf(model: DirectModel, rows: readonly Row[]): CodeTable {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, b) => (offsets[b + 1] = at(offsets, b) + row.length));
  return {
    rows: rows.length,
    rank: model.decoder[0]?.length ?? 1,
    groups: model.units,
    offsets,
    active: Uint32Array.from(rows.flatMap((row) => row.map(({ unit }) => unit))),
    codes: Float32Array.from(rows.flatMap((row) => row.flatMap(({ code }) => code))),
  };
}

/** The curve of a case. */
export function curveOf(
  { model, codes, judged, bias }: Case,
  work: Parameters<typeof rateCurve>[1] = {},
  ownColumns = false,
): Promise<RateCurve> {
  const width = bias.length;
  const rank = model.decoder[0]?.length ?? 1;
  const before = codes.length - judged.length;
  const mean = bias.map((_, c) => judged.reduce((sum, x) => sum + at(x, c), 0) / judged.length);
  const power = judged.map((x) => x.reduce((sum, value, c) => sum + (value - at(mean, c)) ** 2, 0));
  return rateCurve(
    {
      dictionary: dictionaryOf(model.units, rank, width, model.decoder.flat(2)),
      codes: tableOf(model, codes),
      parts: [before, judged.length],
      judged: {
        rows: Uint32Array.from(judged, (_, i) => before + i),
        targets: Float32Array.from(judged.flatMap((x) => x.map((value, c) => value - at(bias, c)))),
        power: Float64Array.from(power),
      },
      ownColumns,
    },
    work,
  );
}

const f32 = (values: readonly number[]) => values.map((value) => Math.fround(value));

/** Random blocks of unequal sizes; rows whose x is what the codes decode to and some noise. */
export function randomCase(
  { units, rank, rows, judged }: { units: number; rank: number; rows: number; judged: number },
  unitsOf: (row: number) => number[],
  seed: number,
): Case {
  const { normal } = chance(seed);
  const width = 5;
  const numbers = (n: number, size = 1) => f32(Array.from({ length: n }, () => size * normal()));
  const decoder = Array.from({ length: units }, () =>
    Array.from({ length: rank }, (_, i) => numbers(width, 1 / (1 + 2 * i))),
  );
  const bias = numbers(width);
  const codes = Array.from({ length: rows }, (_, b): Row =>
    unitsOf(b).map((unit) => ({ unit, code: numbers(rank) })),
  );
  const xs = codes.slice(rows - judged).map((row) => {
    const x = bias.map((value) => value + 0.3 * normal());
    for (const { unit, code } of row) {
      code.forEach((p, i) =>
        at(at(decoder, unit), i).forEach((value, c) => (x[c] = at(x, c) + p * value)),
      );
    }
    // Float32 of x − b, as it is handed over.
    return x.map((value, c) => at(bias, c) + Math.fround(value - at(bias, c)));
  });
  return { model: { units, decoder }, codes, judged: xs, bias };
}
