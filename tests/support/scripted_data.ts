/**
 * What the scripted engine says about data as such: real summaries of rows drawn with a falling spectrum, and
 * invented rows to look at.
 */
import { summarizeRows } from '../../src/analysis/row_summary';
import type { DataDescription, DataSample } from '../../src/lab/protocol/data_protocol';
import type { RunConfig } from '../../src/lab/run/run_config';
import { previewOf, statisticsOf } from './scripted_answers';
import { scriptedTokens } from './scripted_language';

/** Rows of the sample: enough for a smooth spectrum, few enough for tests. */
const ROWS = 384;

/** Uniform in [0, 1) from two integers; fixed, so that pictures can be compared. */
function noise(a: number, b: number): number {
  const value = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return value - Math.floor(value);
}

const TEXTS = [
  'Once upon a time, there was a little girl named Lily. She loved to play outside in the sunshine.',
  'Tom and Sam are friends. They like to play with their cars and trucks in the park.',
  'One day, a big dog found a shiny ball under a tree. "What is this?" said the dog.',
];

export function describedData(config: RunConfig): DataDescription {
  const { label, description } = previewOf(config);
  const { width } = statisticsOf(config);
  const x = Float32Array.from({ length: ROWS * width }, (_, place) => {
    const [row, column] = [Math.floor(place / width), place % width];
    return (noise(row, column) - 0.5) / Math.sqrt(1 + column) + (column === 3 ? 0.2 : 0);
  });
  const endless = config.data.kind === 'synthetic';
  return {
    label,
    description,
    warnings: [],
    trainRows: endless ? null : 18_000,
    heldOutRows: endless ? null : 2000,
    summary: summarizeRows(x, ROWS, width),
    sample: sampleOf(config),
  };
}

function sampleOf(config: RunConfig): DataSample {
  const { shapes, labels } = previewOf(config);
  switch (config.data.kind) {
    case 'synthetic':
      return { kind: 'shapes', shapes };
    case 'words':
      return {
        kind: 'labels',
        rows: labels.map((label, row) => ({ label, norm: 4 + 2 * noise(row, 1) })),
      };
    case 'lm':
      return {
        kind: 'documents',
        documents: TEXTS.map((text, document) => ({
          document: 10 * document,
          tokens: scriptedTokens(text).map((span, place) => ({
            text: span.text,
            norm: 4 + 2 * noise(place, document),
          })),
        })),
      };
    case 'npy':
      return {
        kind: 'numbers',
        rows: Array.from({ length: 12 }, (_, rowId) => ({
          rowId,
          norm: 20 + 9 * noise(rowId, 2),
          values: Array.from({ length: 10 }, (_, column) => 4 * noise(rowId, column) - 2),
        })),
      };
  }
}
