/**
 * The gate under which a model is used, and what follows from it for codes that are made otherwise: whether one may be
 * negative, and which units stood next in line. Asked of the gate, never of the architecture's name.
 */
import type { Gate } from './architectures/architecture';
import { architectureOf, type ModelConfig } from './config';
import { keyParts } from './parts';

/** The gate under which codes are made: of a training step, or of evaluation, analyses and exports. */
export function gateOf(config: ModelConfig, training: boolean): Gate {
  const architecture = architectureOf(config);
  const inference = training ? undefined : architecture.inference?.(config);
  return inference ?? architecture.gate(config);
}

/** Whether a code of the model may be negative. */
export function hasSignedCodes(config: ModelConfig): boolean {
  const gate = gateOf(config, false);
  if (gate.score !== 'value') return true;
  return gate.kind === 'threshold' ? gate.standing.codeOf(-1, 0, 0) !== null : gate.key.mayWin(-1);
}

/** Whether units stay off that a wider gate of the same score would switch on. */
export function leavesUnitsOff(config: ModelConfig): boolean {
  const gate = gateOf(config, false);
  return gate.kind !== 'threshold' || gate.standing.readsThresholds;
}

/** Columns that a row keeps of those of the units that its gate lets through; undefined where all stay. */
export function chosenColumns(config: ModelConfig): number | undefined {
  const gate = gateOf(config, false);
  return gate.kind === 'top_of_row' ? gate.columns : undefined;
}

/** A gate that switches on the units of largest score of a row, by the score of the model's own gate. */
export function rowGate(config: ModelConfig): Extract<Gate, { readonly kind: 'top_of_row' }> {
  const gate = gateOf(config, false);
  if (gate.kind === 'top_of_row') return gate;
  const key = gate.score === 'value' ? keyParts.positive : keyParts.any;
  return { kind: 'top_of_row', score: gate.score, key };
}
