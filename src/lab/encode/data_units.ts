/**
 * Codes in the units of the data. A model that normalises every row (`layer_norm`) codes the normalised
 * row, so its contributions D_kᵀp_k are in units of that row's deviation; diagnostics compare and add
 * contributions of different rows, and true features are in the data's units. Source: docs/method/model.md.
 */
import { at } from '../../base/array';
import type { CodeTable } from '../../analysis/types';
import type { ModelConfig } from '../../sae/config';

/** Mean μ and unbiased deviation + 1e-5, ρ, of one row: layer_norm codes (row − μ) / ρ. */
export function rowScale(row: Float32Array): { mean: number; scale: number } {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const squares = row.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, scale: Math.sqrt(squares / Math.max(1, row.length - 1)) + 1e-5 };
}

/** Whether all numbers of row `row` of x [rows, d] are the same, so that layer_norm leaves nothing of it. */
export function isFlat(x: Float32Array, row: number, width: number): boolean {
  const first = at(x, row * width);
  for (let i = row * width + 1; i < (row + 1) * width; i += 1) {
    if (at(x, i) !== first) return false;
  }
  return true;
}

/**
 * The codes with which D_kᵀp_k is a part of the row itself: each row's times its ρ under `layer_norm`, the
 * codes as they are otherwise (weights in raw units have any other scale in them). x is [rows, d].
 */
export function codesInDataUnits(
  config: ModelConfig,
  table: CodeTable,
  x: Float32Array,
  width: number,
): CodeTable {
  if (config.normalize_activations !== 'layer_norm') return table;
  return scaledRows(table, (row) => rowScale(x.subarray(row * width, (row + 1) * width)).scale);
}

/** The same back: codes of a row of the data as the model codes it. */
export function codesInModelUnits(
  config: ModelConfig,
  table: CodeTable,
  x: Float32Array,
  width: number,
): CodeTable {
  if (config.normalize_activations !== 'layer_norm') return table;
  return scaledRows(table, (row) => 1 / rowScale(x.subarray(row * width, (row + 1) * width)).scale);
}

/**
 * What the contributions of all units should add up to in the units of the data, [rows, d]: x − μ − ρ·b_dec, with μ and ρ
 * of the row under `layer_norm`, else 0 and 1. x is [rows, d].
 */
export function contributionTargets(
  config: ModelConfig,
  decoderBias: Float32Array,
  x: Float32Array,
  width: number,
): Float32Array {
  const normalised = config.normalize_activations === 'layer_norm';
  const targets = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    const { mean, scale } = normalised
      ? rowScale(x.subarray(start, start + width))
      : { mean: 0, scale: 1 };
    for (let c = 0; c < width; c++) {
      targets[start + c] = at(x, start + c) - mean - scale * at(decoderBias, c);
    }
  }
  return targets;
}

/** The codes of every row times a number of its own. */
export function scaledRows(table: CodeTable, scaleOf: (row: number) => number): CodeTable {
  const { rows, rank, offsets } = table;
  const codes = new Float32Array(table.codes.length);
  for (let row = 0; row < rows; row++) {
    const scale = scaleOf(row);
    const end = at(offsets, row + 1) * rank;
    for (let i = at(offsets, row) * rank; i < end; i++) codes[i] = scale * at(table.codes, i);
  }
  return { ...table, codes };
}
