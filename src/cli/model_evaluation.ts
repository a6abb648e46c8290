/**
 * The final evaluation of a model that `lab train` has trained, with what the command asks for.
 */
import type { Work } from '../base/work';
import type { ActivationSource } from '../data/source';
import { Encoder } from '../lab/encode/encoder';
import type { OpenWider, TrainedModel } from '../lab/encode/encoding';
import { rememberCodes } from '../lab/encode/remembered_codes';
import {
  finalEvaluation,
  type Evaluation,
  type FailedEvaluation,
} from '../lab/keep/evaluated_folder';
import { evaluationWithCodes } from '../lab/keep/fitted_evaluation';
import { displayName } from '../sae/config';
import type { TrainRequest } from './arguments';
import { progressLines } from './progress';
import type { Terminal } from './terminal';

interface Place {
  readonly device: GPUDevice;
  readonly source: ActivationSource;
  readonly request: Pick<TrainRequest, 'bits' | 'leastSquares'>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal | undefined;
}

/** Evaluates a model, which can take as long as training it. Throws LabError `cancelled` when it is given up. */
export async function evaluateTrained(
  { config, weights, ...model }: TrainedModel,
  { device, source: rows, request, terminal, signal }: Place,
): Promise<Evaluation | FailedEvaluation> {
  const { bits, leastSquares } = request;
  const { encode, source } = rememberCodes(model, rows);
  const known: TrainedModel = { config, weights, encode };
  const tell = progressLines(terminal);
  const work: Work = {
    signal,
    onProgress: (share, stage) => tell(share, `${displayName(config)}: ${stage}`),
  };
  const plain = await finalEvaluation(known, source, { bits, ...work });
  if (!leastSquares) return plain;
  const wider: OpenWider = (slots) => Encoder.upload(device, config, weights, slots);
  return evaluationWithCodes(plain, known, source, { bits, wider, ...work });
}
