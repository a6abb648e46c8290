/** The curves of the Train page as CSV: their points, with the rows that each was read on. */
import { at } from '../../../base/array';
import type { Run, RunModel } from '../../../state/run_record';
import type { CsvTable } from '../../plots/props';
import { rowsReadOn, type CurveSpec } from './curve_specs';

const EMPTY = new Float64Array();

/** One row per point; `rows` is empty where the points are of rows that change (see docs/method/metrics.md). */
export function curveTable(
  { title, line, readOn }: Pick<CurveSpec, 'title' | 'line' | 'readOn'>,
  runs: readonly Run[],
): CsvTable {
  return {
    columns: ['run', 'model', 'metric', 'samples', 'value', 'read_on', 'rows'],
    rows: runs.flatMap((run) =>
      run.models.flatMap((model) => {
        const points = line(model);
        if (points === undefined) return [];
        const rows = rowsReadOn(readOn, run, model.index);
        return Array.from(points.x, (samples, index) => {
          const value = at(points.y, index);
          return [
            run.name,
            model.name,
            title,
            samples,
            Number.isNaN(value) ? null : value,
            readOn,
            rows,
          ] as const;
        });
      }),
    ),
  };
}

/** One row a moment: how many live groups had each rank, and within how many samples a live one was selected. */
export function rankTable(run: Run | undefined, model: RunModel | undefined): CsvTable {
  const samples = model?.metrics.samples.view() ?? EMPTY;
  const counts = model?.metrics.rankCounts.view() ?? EMPTY;
  const ranks = model?.metrics.ranks ?? 0;
  const window =
    run === undefined || model === undefined
      ? null
      : rowsReadOn('dead_group_window', run, model.index);
  return {
    columns: [
      'samples',
      'dead_group_window',
      ...Array.from({ length: ranks }, (_, rank) => `rank_${rank + 1}`),
    ],
    rows: Array.from(samples, (moment, index) => [
      moment,
      window,
      ...counts.subarray(index * ranks, (index + 1) * ranks),
    ]),
  };
}
