/** Saved files say what they are about. */
import { describe, expect, test } from 'vitest';
import { csvText } from '../../../src/io/figure_export';
import {
  sourcedTable,
  sourceFileName,
  sourceLine,
  type FigureSource,
} from '../../../src/ui/plots/figure_source';

const source: FigureSource = { run: 'Run 3', model: 'TopK SAE', unit: 'latent 12', step: 1000 };

describe('a saved figure', () => {
  test('names run, model, unit, step and day in one line', () => {
    expect(sourceLine(source, '2026-11-30')).toBe(
      'Run 3 · TopK SAE · latent 12 · step 1000 · saved 2026-11-30',
    );
    expect(sourceLine({ run: 'Run 3' })).toBe('Run 3');
    expect(sourceLine({})).toBe('');
  });

  test('is a file whose name tells it from those of other runs, models and units', () => {
    expect(sourceFileName(source, 'Singular values')).toBe(
      'run-3-topk-sae-latent-12-singular-values',
    );
    // What a name says already is not said twice; what no file may be called is left out.
    expect(sourceFileName(source, 'latent-12-codes')).toBe('run-3-topk-sae-latent-12-codes');
    expect(sourceFileName({ model: 'a/b: "c"' }, 'ranks')).toBe('a-b-c-ranks');
    expect(sourceFileName({}, '…')).toBe('figure');
  });

  test('has a column in its table for each part that the table does not name', () => {
    const table = { columns: ['model', 'sigma'], rows: [['SASA', 1.5]] };
    expect(csvText(sourcedTable(table, source))).toBe(
      'run,unit,step,model,sigma\nRun 3,latent 12,1000,SASA,1.5\n',
    );
    expect(sourcedTable(table, {})).toEqual(table);
  });
});
