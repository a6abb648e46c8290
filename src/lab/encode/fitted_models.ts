/**
 * A model whose codes are made better after its encoder made them: by least squares on the units that its gate chose, or
 * on others that are chosen from twice as many (prune2). It stands for the model wherever one is evaluated.
 * Source: docs/method/metrics.md, "Codes by least squares".
 */
import { addAt, largest } from '../../base/array';
import type { Work } from '../../base/work';
import { leastSquaresCodes, type CodesProblem } from '../../analysis/least_squares';
import {
  candidateUnits,
  contributionEnergies,
  firingUnits,
  nonZeroCodes,
  pruneUnits,
} from '../../analysis/prune_units';
import { contributionErrors } from '../../analysis/pruned_maps';
import type { CodeTable, Dictionary } from '../../analysis/types';
import type { Gate } from '../../sae/architectures/architecture';
import { shapeOf } from '../../sae/config';
import { chosenColumns, hasSignedCodes, rowGate } from '../../sae/inference_gate';
import { codesInDataUnits, codesInModelUnits, contributionTargets } from './data_units';
import type { EncodeProgress, OpenedEncoder, OpenWider, TrainedModel } from './encoding';

type ScoresOf = (table: CodeTable, weights: Dictionary) => ArrayLike<number>;

/** What every entry of a table scores at a gate; squares of norms have their order. */
const scores: Readonly<Record<Gate['score'], ScoresOf>> = {
  value: ({ codes }) => codes,
  norm: ({ codes, active, rank }) => {
    const squares = new Float64Array(active.length);
    codes.forEach((code, i) => addAt(squares, Math.floor(i / rank), code * code));
    return squares;
  },
  energy: (table, { decoder, width }) => contributionEnergies(decoder, table, width),
};

/** Makes codes in the units of the data from those of some rows. */
type Fit = (problem: CodesProblem, x: Float32Array, work: Work) => Promise<CodeTable>;

/** The model with codes by least squares on the units that its gate chose. */
export function leastSquaresModel(model: TrainedModel): TrainedModel {
  return fittedModel(model, (problem, _, work) => leastSquaresCodes(problem, work));
}

/**
 * The model with as many units in every row, chosen by their contributions from twice as many, and codes by least squares.
 * Where columns are chosen one by one, from twice as many columns too, of which as many stay on.
 * `close` frees what it opened.
 */
export function pruneModel(
  model: TrainedModel,
  open: OpenWider,
): { readonly model: TrainedModel; readonly close: () => void } {
  const wider = new WiderGate(model, open);
  const choosesColumns = chosenColumns(model.config) !== undefined;
  const fit: Fit = async (problem, x, work) => {
    const counts = firingUnits(problem.codes);
    // Where columns are chosen fewer groups may fire than the gate let through, and its columns go by those.
    const slots = choosesColumns ? shapeOf(model.config).slots : largest(counts, 0);
    const wide = await wider.encode(x, problem.codes.rows, 2 * slots, () =>
      work.onProgress?.(0, ''),
    );
    const others = codesInDataUnits(model.config, wide, x, model.weights.width);
    const scored = scores[rowGate(model.config).score](others, model.weights);
    const codes = candidateUnits(problem.codes, others, scored);
    const columns = choosesColumns ? nonZeroCodes(problem.codes) : undefined;
    return pruneUnits({ ...problem, codes }, counts, work, columns);
  };
  return { model: fittedModel(model, fit), close: () => wider.close() };
}

function fittedModel(model: TrainedModel, fit: Fit): TrainedModel {
  const { config, weights } = model;
  const { decoder, decoderBias, width } = weights;
  const signed = hasSignedCodes(config);
  const encode = async (x: Float32Array, rows: number, onProgress?: EncodeProgress) => {
    // The array itself: by it a model knows rows again (remembered_codes.ts).
    const encoded = await model.encode(x, rows, (share) => onProgress?.(share / 2));
    const own = x.subarray(0, rows * width);
    const codes = codesInDataUnits(config, encoded.codes, own, width);
    const targets = contributionTargets(config, decoderBias, own, width);
    const fitted = await fit({ decoder, width, codes, targets, signed }, own, {
      onProgress: (share) => onProgress?.((1 + share) / 2),
    });
    const errors = contributionErrors(decoder, fitted, targets, width);
    return {
      codes: codesInModelUnits(config, fitted, own, width),
      squaredError: Float32Array.from(errors),
    };
  };
  return { config, weights, encode };
}

/** Encoders that let more units through than the model's gate, opened as wide as rows ask for. */
class WiderGate {
  private opened: OpenedEncoder | null = null;
  private slots = 0;

  constructor(
    private readonly model: TrainedModel,
    private readonly open: OpenWider,
  ) {}

  async encode(
    x: Float32Array,
    rows: number,
    wanted: number,
    onProgress: EncodeProgress,
  ): Promise<CodeTable> {
    const slots = Math.max(1, Math.min(wanted, this.model.weights.groups));
    if (this.opened === null || slots > this.slots) {
      this.close();
      this.opened = await this.open(slots);
      this.slots = slots;
    }
    return (await this.opened.encode(x, rows, onProgress)).codes;
  }

  close(): void {
    this.opened?.destroy();
    this.opened = null;
  }
}
