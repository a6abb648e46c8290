/**
 * What the codes of a model cost in bits a token, for report.json and `lab eval --bits`. It reads rows of its own, since
 * frequencies and entropies want more of them than an evaluation reads: training rows beside those that are evaluated.
 * Source: docs/method/metrics.md, "Bits a token".
 */
import { evenSample } from '../../analysis/even_sample';
import { joinCodes } from '../../analysis/code_table';
import { rateCurve, type JudgedRows, type RateCurve } from '../../analysis/rate_curve';
import { ALL_ROWS } from '../../analysis/rate_folds';
import { headlineBits, type NoHeadline } from '../../analysis/rate_summary';
import type { CodeTable } from '../../analysis/types';
import { addAt, at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import type { ActivationSource, Split } from '../../data/source';
import { chosenColumns } from '../../sae/inference_gate';
import { PIECE_ROWS } from '../encode/analysed_rows';
import { codesInDataUnits, contributionTargets } from '../encode/data_units';
import type { EvaluationOptions, TrainedModel } from '../encode/encoding';
import type { BitsReport, ModelReport } from '../protocol/model_report';
import { notDefined } from '../run/not_defined';
import { BITS_EVALUATED_ROWS, BITS_TRAINING_ROWS, splitRows } from '../run/report_rows';

/** Fewer say nothing about how often a value occurs. */
const LEAST_ROWS = 100;
/** Codes held at most, by which models with many in a row read fewer rows. */
const MOST_CODES = 2 ** 23;
/** Products of a code and a number of the dictionary that the losses may take, at most: a few seconds. */
const MOST_PRODUCTS = 2 ** 27;
/** Consecutive rows of a stretch, where only a part of a split is read. */
const STRETCH = 1024;

const REASONS: Record<NoHeadline | 'few' | 'same' | 'no_interval', string> = {
  few: `Bits need ${LEAST_ROWS} evaluated rows or more.`,
  same: 'All rows are the same: there is no variance to explain.',
  loses_more: 'Rounding to the finest step loses more than 0.01 of the explained variance.',
  loses_less:
    'Rounding to the coarsest step loses less than 0.01 of the explained variance: the bits would lie beyond the steps that are measured.',
  no_interval:
    'Without some of the rows there is no such number, so nothing tells how far it would vary.',
};

/** Codes of some rows of one split. */
interface SplitCodes {
  readonly codes: readonly CodeTable[];
  readonly rows: number;
}

/**
 * Bits a token of a model on the first rows of a split, with up to 40 000 training rows where that split is held out.
 * Throws LabError `bad_data` for data without rows, `cancelled` when the work is given up.
 */
export async function measureBits(
  model: TrainedModel,
  source: ActivationSource,
  { split, rows, onProgress, signal }: EvaluationOptions,
): Promise<BitsReport> {
  const work: Work = { signal };
  const report = (from: number, to: number) => (share: number) =>
    onProgress?.(from + share * (to - from));
  const of = Math.min(rows, splitRows(source, split));
  const x = new Float32Array(Math.min(of, BITS_EVALUATED_ROWS) * source.width);
  const evaluated = await encodeSpread(model, source, {
    split,
    of,
    most: BITS_EVALUATED_ROWS,
    work,
    onProgress: report(0, 0.2),
    visit: (piece, row) => x.set(piece, row * source.width),
  });
  if (evaluated.rows === 0) {
    throw new LabError('bad_data', `${source.label} has no rows to evaluate.`, 'Load other data.');
  }
  const counted = { training: 0, evaluated: evaluated.rows, judged: 0 };
  if (evaluated.rows < LEAST_ROWS) return noBits('few', counted);
  const own = joinCodes(evaluated.codes);
  const perRow = (own.codes.length + own.active.length) / own.rows;
  const training =
    split === 'held_out'
      ? await encodeSpread(model, source, {
          split: 'train',
          of: source.size.train,
          most: Math.min(BITS_TRAINING_ROWS, Math.floor(MOST_CODES / Math.max(1, perRow))),
          work,
          onProgress: report(0.2, 0.7),
        })
      : { codes: [], rows: 0 };
  const judged = judgedRows(model, own, x, training.rows);
  if (!judged.power.some((power) => power > 0)) return noBits('same', counted);
  const curve = await rateCurve(
    {
      dictionary: model.weights,
      codes: joinCodes([...training.codes, own]),
      parts: [training.rows, evaluated.rows],
      judged,
      ownColumns: chosenColumns(model.config) !== undefined,
    },
    { signal, onProgress: report(0.7, 1) },
  );
  return bitsReport(curve, {
    ...counted,
    training: training.rows,
    judged: judged.rows.length,
  });
}

/** A report with the bits of its model. */
export function withBits(report: ModelReport, bits: BitsReport): ModelReport {
  const reasons = { ...report.not_defined, ...bits.not_defined };
  const missing = Object.keys(reasons).length > 0;
  return { ...report, ...bits, ...(missing ? { not_defined: reasons } : {}) };
}

interface Spread {
  readonly split: Split;
  /** Rows of the split; null when it has no end. */
  readonly of: number | null;
  readonly most: number;
  readonly work: Work;
  readonly onProgress: (share: number) => void;
  readonly visit?: (x: Float32Array, row: number) => void;
}

/** Codes of stretches of a split, as many rows as wanted in all, spread evenly over it. */
async function encodeSpread(
  model: TrainedModel,
  source: ActivationSource,
  { split, of, most, work, onProgress, visit }: Spread,
): Promise<SplitCodes> {
  const stretches = stretchesOf(of ?? most, most);
  const wanted = stretches.reduce((sum, { count }) => sum + count, 0);
  const codes: CodeTable[] = [];
  let done = 0;
  for (const { start, count } of stretches) {
    requireWanted(work);
    const rows = await source.read(split, start, count, work);
    if (rows.count === 0) break;
    const encoded = await model.encode(rows.x, rows.count, () => requireWanted(work));
    codes.push(codesInDataUnits(model.config, encoded.codes, rows.x, source.width));
    visit?.(rows.x.subarray(0, rows.count * source.width), done);
    done += rows.count;
    onProgress(done / wanted);
  }
  return { codes, rows: done };
}

/** Consecutive rows of a split. */
interface Stretch {
  readonly start: number;
  readonly count: number;
}

/**
 * `most` of `of` rows in stretches of 1024, the first at the first row and the last up to the last one; all, in the pieces
 * in which an evaluation reads them, where there are no more.
 */
export function stretchesOf(of: number, most: number): Stretch[] {
  const wanted = Math.min(of, most);
  const size = of > most ? STRETCH : PIECE_ROWS;
  const last = Math.ceil(wanted / size) - 1;
  return Array.from({ length: last + 1 }, (_, i) => ({
    start: i * size + (i > 0 ? Math.floor(((of - wanted) * i) / last) : 0),
    count: Math.min(size, wanted - i * size),
  }));
}

/** Of the evaluated rows those whose loss is measured: all, or as many, spread evenly, as the work allows. */
function judgedRows(
  { config, weights: { width, decoderBias } }: TrainedModel,
  codes: CodeTable,
  x: Float32Array,
  rowsBefore: number,
): JudgedRows {
  const products = Math.max(1, (codes.codes.length / codes.rows) * width);
  const most = Math.max(LEAST_ROWS, Math.floor(MOST_PRODUCTS / products));
  const chosen = evenSample(codes.rows, most);
  const own = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => own.set(x.subarray(row * width, (row + 1) * width), i * width));
  return {
    rows: chosen.map((row) => rowsBefore + row),
    targets: contributionTargets(config, decoderBias, own, width),
    power: powerOf(own, width),
  };
}

/** ‖x − x̄‖² of rows x [n, d], [n]. Sums about the first row: of rows that are all the same it is zero. */
function powerOf(x: Float32Array, width: number): Float64Array {
  const rows = x.length / width;
  const about = (i: number) => at(x, i) - at(x, i % width);
  const mean = new Float64Array(width);
  for (let i = 0; i < x.length; i += 1) addAt(mean, i % width, about(i) / rows);
  const power = new Float64Array(rows);
  for (let i = 0; i < x.length; i += 1) {
    addAt(power, Math.floor(i / width), (about(i) - at(mean, i % width)) ** 2);
  }
  return power;
}

function bitsReport(curve: RateCurve, rows: BitsReport['bits_rows']): BitsReport {
  const headline = headlineBits(curve);
  const found = typeof headline === 'string' ? null : headline;
  const [low, high] = found?.interval ?? [null, null];
  const index = at(curve.index, ALL_ROWS);
  const numbers = {
    bits_per_token: found?.total ?? null,
    bits_per_token_low: low,
    bits_per_token_high: high,
    bits_coefficients: found?.coefficients ?? null,
  };
  const reason = typeof headline === 'string' ? REASONS[headline] : REASONS.no_interval;
  return {
    ...numbers,
    bits_index: index,
    bits_index_uniform: curve.uniformIndex,
    bits_rows: rows,
    rate_explained_variance: at(curve.explained, ALL_ROWS),
    rate_curve: curve.points.map(({ delta, coefficients, explained }) => ({
      delta,
      bits: index + at(coefficients, ALL_ROWS),
      explained_variance: at(explained, ALL_ROWS),
    })),
    ...notDefined(numbers, sameReason(numbers, reason)),
  };
}

/** Nothing but the reason. */
function noBits(reason: keyof typeof REASONS, rows: BitsReport['bits_rows']): BitsReport {
  const numbers = {
    bits_per_token: null,
    bits_per_token_low: null,
    bits_per_token_high: null,
    bits_coefficients: null,
    bits_index: null,
    bits_index_uniform: null,
    rate_explained_variance: null,
  };
  return {
    ...numbers,
    bits_rows: rows,
    rate_curve: [],
    ...notDefined(numbers, sameReason(numbers, REASONS[reason])),
  };
}

function sameReason<Name extends string>(
  numbers: Readonly<Record<Name, unknown>>,
  reason: string,
): Record<Name, string> {
  return Object.fromEntries(Object.keys(numbers).map((name) => [name, reason])) as Record<
    Name,
    string
  >;
}
