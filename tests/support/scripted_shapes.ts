/**
 * A made-up evaluation set of known shapes: a circle, a sphere and a helix, one a row, held by a block model with a
 * group each and shattered by a scalar model over many atoms. Tables, cards and diagnoses of the scripted engine
 * come from it through the real analyses.
 */
import { indexCodes } from '../../src/analysis/code_index';
import type { Dictionary } from '../../src/analysis/types';
import { analysedModel, type AnalysedModel } from '../../src/lab/encode/analysed_model';
import {
  CIRCLE,
  dictionaryOf,
  encodeTop,
  gaussian,
  HELIX,
  makeWorld,
  perfectDictionary,
  shatteredDictionary,
  SPHERE,
} from '../unit/analysis/worlds';

const ROWS = 450;
const WIDTH = 24;
/** Units of the default experiment's two models; those that hold no shape are dead. */
const GROUPS = 64;
const RANK = 4;
const LATENTS = 256;
/** Atoms a shape. */
const ATOMS = 6;

/** The same dictionary with units behind its own that never fire: their encoder is zero. */
function withDeadUnits(dictionary: Dictionary, groups: number): Dictionary {
  const { rank, decoder } = dictionary;
  const encoder = new Float32Array(groups * rank * WIDTH);
  encoder.set(dictionary.encoder);
  const padded = Float32Array.from(gaussian(groups * rank, WIDTH, 3));
  padded.set(decoder);
  return dictionaryOf(groups, rank, WIDTH, padded, encoder);
}

/** The block model (0) and the scalar model (1) on the same rows. */
export function shapeModels(step: number): readonly [AnalysedModel, AnalysedModel] {
  const world = makeWorld([CIRCLE, SPHERE, HELIX], { rows: ROWS, width: WIDTH });
  const names = ['Circle', 'Sphere', 'Helix'];
  const features = world.truth.features.map((feature, index) => ({
    ...feature,
    name: names[index] ?? feature.name,
  }));
  const rows = {
    rowIds: Uint32Array.from({ length: ROWS }, (_, row) => row),
    labelOf: null,
    truth: { ...world.truth, features },
    text: null,
  };
  const modelOf = (model: number, live: Dictionary, groups: number, slots: number) => {
    // Of the units that can fire at all; the codes are those of the whole dictionary.
    const codes = { ...encodeTop(live, world.x, slots, live.rank === 1), groups };
    const indexed = indexCodes(withDeadUnits(live, groups), codes);
    return analysedModel({ model, step, indexed, rows });
  };
  return [
    modelOf(0, perfectDictionary(world, RANK), GROUPS, 1),
    modelOf(1, shatteredDictionary(world, ATOMS), LATENTS, 4),
  ];
}
