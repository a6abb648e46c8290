/** What of a run can be saved as a file: weights of each model, metrics of each or all. */
import { saveFile } from '../../../io/figure_export';
import type { ExportFormat } from '../../../lab/protocol/protocol';
import { engine } from '../../../state/engine_store';
import { notify, notifyError } from '../../../state/notices_store';
import type { Run } from '../../../state/run_record';
import { noteSaved } from '../../../state/runs_store';
import type { MenuAction } from '../../parts/Menu';

/** Actions of the export menu, one model after the other. */
export function exportActions(run: Run): readonly MenuAction[] {
  return run.models.flatMap(({ index, name }) => [
    {
      label: `${name}: SAELens folder`,
      detail: '.zip',
      separated: index > 0,
      onSelect: () => void exportRun(run, index, 'saelens_folder'),
    },
    {
      label: `${name}: metrics`,
      detail: '.jsonl',
      onSelect: () => void exportRun(run, index, 'metrics_jsonl'),
    },
    {
      label: `${name}: metrics`,
      detail: '.csv',
      onSelect: () => void exportRun(run, index, 'metrics_csv'),
    },
  ]);
}

async function exportRun(run: Run, model: number, format: ExportFormat): Promise<void> {
  try {
    const file = await engine.ask('export', { runId: run.id, model, format });
    const { filename, mimeType, bytes, step, withoutReport } = file;
    saveFile(new Blob([bytes], { type: mimeType }), filename, mimeType);
    if (withoutReport !== undefined) {
      notify({
        tone: 'info',
        title: `${filename} has no report.json: the evaluation gave no numbers.`,
        detail: `${withoutReport.message} ${withoutReport.wayOut}`,
      });
    }
    if (format === 'saelens_folder') noteSaved(run.id, model, step);
  } catch (error) {
    notifyError(error);
  }
}
