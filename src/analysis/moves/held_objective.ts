/**
 * The objective on the rows that decide whether a repartition is accepted: mean squared error + λ Σ_k ‖D_kᵀE_k‖_*, with
 * every row gated anew. What a rewritten group cannot have touched is remembered.
 */
import { at } from '../../base/array';
import type { Pauses } from '../../base/work';
import { mapSingularValues } from '../spectra';
import { chosenCodes, columnNorms } from './chosen_columns';
import type { Blocks } from './group_axes';
import { addScaled } from './products';
import { encodeRow, scoreGroups } from './row_codes';
import type { CountOptions, MoveRows } from './types';

/** The objective of a model some of whose groups were rewritten. */
interface Proposal {
  readonly loss: number;
  /** Goes on from the model as it is now. */
  readonly keep: () => void;
  /** Goes on from the model as it was; the weights have to be put back. */
  readonly undo: () => void;
}

/** The objective of a model that is rewritten group by group. */
export class HeldObjective {
  private fires: Uint8Array;
  /** [rows], ‖x − x̂‖². */
  private errors: Float64Array;
  /** [K], ‖D_kᵀE_k‖_*. */
  private nuclear: Float64Array;

  private constructor(
    private readonly model: Blocks,
    private readonly rows: MoveRows,
    private readonly options: CountOptions,
    private readonly pauses: Pauses,
    /** [rows, K]. */
    private readonly scores: Float64Array,
  ) {
    this.fires = new Uint8Array(scores.length);
    this.errors = new Float64Array(rows.count);
    this.nuclear = new Float64Array(model.groups);
  }

  /** The objective of a model as it is. O(rows·K·r·d). */
  static async of(
    model: Blocks,
    rows: MoveRows,
    options: CountOptions,
    pauses: Pauses,
  ): Promise<HeldObjective> {
    const scores = new Float64Array(rows.count * model.groups);
    const objective = new HeldObjective(model, rows, options, pauses, scores);
    const all = Array.from({ length: model.groups }, (_, k) => k);
    (await objective.rewritten(all)).keep();
    return objective;
  }

  /** The objective. */
  get loss(): number {
    return this.lossOf(this.errors, this.nuclear);
  }

  private lossOf(errors: Float64Array, nuclear: Float64Array): number {
    const sum = (values: Float64Array): number => values.reduce((total, v) => total + v, 0);
    return sum(errors) / this.rows.count + this.options.lambda * sum(nuclear);
  }

  /** The objective once the weights of `groups` were rewritten; one of `keep` and `undo` has to follow. */
  async rewritten(groups: readonly number[]): Promise<Proposal> {
    const { model, rows, options, pauses, scores } = this;
    const before = columnsOf(scores, model.groups, groups);
    await scoreGroups(model, rows, groups, scores, pauses);
    if (pauses.due()) await pauses.take();
    const fires = options.gate(scores, rows.count);
    if (pauses.due()) await pauses.take();
    const errors = await this.errorsOf(fires, groups);
    const nuclear = this.nuclear.slice();
    for (const group of groups) {
      nuclear[group] = mapSingularValues(model, group).reduce((sum, value) => sum + value, 0);
      if (pauses.due()) await pauses.take();
    }
    return {
      loss: this.lossOf(errors, nuclear),
      keep: () => {
        this.fires = fires;
        this.errors = errors;
        this.nuclear = nuclear;
      },
      undo: () => {
        setColumns(scores, model.groups, groups, before);
      },
    };
  }

  /** Squared errors of all rows: those on which other groups fire than before, or a rewritten one, computed anew. */
  private async errorsOf(fires: Uint8Array, groups: readonly number[]): Promise<Float64Array> {
    const { model, rows, pauses } = this;
    const { groups: K, rank, width, decoder } = model;
    const isRewritten = new Uint8Array(K);
    for (const group of groups) isRewritten[group] = 1;
    const errors = this.errors.slice();
    const { columns } = this.options;
    const norms = columns === undefined ? null : columnNorms(model);
    for (let row = 0; row < rows.count; row++) {
      let same = true;
      for (let k = 0; k < K && same; k++) {
        const now = fires[row * K + k];
        same = now === this.fires[row * K + k] && (now === 0 || isRewritten[k] === 0);
      }
      if (same && groups.length < K) continue;
      const left = Float64Array.from(rows.target.subarray(row * width, (row + 1) * width));
      const firing: number[] = [];
      for (let k = 0; k < K; k++) if (fires[row * K + k] !== 0) firing.push(k);
      const all = new Float64Array(firing.length * rank);
      firing.forEach((k, entry) => {
        encodeRow(model, rows, row, k, all, entry * rank);
      });
      const codes =
        norms === null || columns === undefined ? all : chosenCodes(all, firing, norms, columns);
      firing.forEach((k, entry) => {
        for (let i = 0; i < rank; i++) {
          addScaled(left, -at(codes, entry * rank + i), decoder, (k * rank + i) * width, width);
        }
      });
      errors[row] = left.reduce((sum, value) => sum + value * value, 0);
      if (pauses.due()) await pauses.take();
    }
    return errors;
  }
}

/** Columns of a [·, K] matrix, [rows, columns]. */
function columnsOf(matrix: Float64Array, K: number, columns: readonly number[]): Float64Array {
  const rows = matrix.length / K;
  const part = new Float64Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, place) => {
      part[row * columns.length + place] = at(matrix, row * K + column);
    });
  }
  return part;
}

function setColumns(
  matrix: Float64Array,
  K: number,
  columns: readonly number[],
  part: Float64Array,
): void {
  const rows = matrix.length / K;
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, place) => {
      matrix[row * K + column] = at(part, row * columns.length + place);
    });
  }
}
