/** What an analysis reads: codes of a model on the rows that all analyses use, with its weights. */
import type { Work } from '../../base/work';
import { shapeOf } from '../../sae/config';
import { encodeAnalysedRows } from '../encode/analysed_rows';
import { codesInDataUnits } from '../encode/data_units';
import type { EvaluatedRun } from '../keep/run_evaluations';
import type { AnalysisTable } from '../explore/analysis_worker';

/** The table of a run's model, as it is now or at a checkpoint. Throws LabError `cancelled`. */
export async function analysisTable(
  run: Pick<EvaluatedRun, 'source' | 'steady'>,
  model: number,
  work: Work,
): Promise<AnalysisTable> {
  const { source } = run;
  const steady = await run.steady(model);
  const { step, config, weights: dictionary } = steady;
  try {
    const rows = await encodeAnalysedRows(
      source,
      async (x, count, progress) => {
        const encoded = await steady.encode(x, count, progress);
        return { ...encoded, codes: codesInDataUnits(config, encoded.codes, x, source.width) };
      },
      work,
    );
    const labelOf = rows.text === null ? source.labelOf?.bind(source) : undefined;
    return {
      ...rows,
      model,
      step,
      dictionary,
      labels: labelOf === undefined ? null : Array.from(rows.rowIds, (rowId) => labelOf(rowId)),
      activeGroups: shapeOf(config).slots,
    };
  } finally {
    steady.destroy();
  }
}
