/** The picture of shapes as CSV, and on which rows its units are counted. */
import type { ShapeState } from '../../../lab/protocol/protocol';
import type { RunModel } from '../../../state/run_record';
import { formatInteger } from '../../plots/format';
import type { CsvTable } from '../../plots/props';
import { captionOf } from './shape_rows';

/** A model and what it makes of the shapes. */
export interface ShapeModel {
  readonly name: string;
  readonly unitName: RunModel['unitName'];
  readonly shapes: readonly ShapeState[];
  /** False while the shapes are those of the untrained data. */
  readonly trained: boolean;
  /** Rows that were looked at; null before, and where it is not known. */
  readonly rows: number | null;
}

/** One row per model and feature; the units by number, strongest first, where they are few. */
export function shapesTable(models: readonly ShapeModel[]): CsvTable {
  return {
    columns: [
      'model',
      'feature',
      'dimension',
      'units90',
      'units',
      'rank90',
      'reconstruction',
      'rows',
    ],
    rows: models.flatMap(({ name, unitName, shapes, trained, rows }) =>
      shapes.map((shape) => [
        name,
        shape.name,
        shape.dimension,
        trained ? shape.units90 : null,
        trained ? captionOf(shape, unitName).units.join(' ') : null,
        trained && unitName === 'group' ? shape.topRank90 : null,
        trained ? shape.reconstruction : null,
        rows,
      ]),
    ),
  };
}

/** Which rows the counts are of, in a sentence. */
export function shapesHint(models: readonly ShapeModel[]): string {
  const rows = models.find((model) => model.rows !== null)?.rows ?? null;
  const which = rows === null ? 'held-out rows' : `${formatInteger(rows)} held-out rows`;
  return `Units that carry 90 % of a shape’s energy, counted on ${which}.`;
}
