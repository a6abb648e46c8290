/** The ways to an export of kept runs: one from its menu, all of them from the tools of the page. */
import { prepareExport } from '../../../state/carried_runs';
import { engine } from '../../../state/engine_store';
import type { Run } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import type { MenuAction } from '../../parts/Menu';

/** In the menu of a run that this browser keeps. */
export function exportRunActions({ id, name, kept }: Run): readonly MenuAction[] {
  if (kept === null) return [];
  return [
    {
      label: 'Export run…',
      detail: '.zip',
      onSelect: () => void prepareExport(engine, { id, name }),
    },
  ];
}

export function ExportAll() {
  const some = useRuns(({ runs }) => Object.values(runs).some(({ kept }) => kept !== null));
  if (!some) return null;
  return (
    <button
      className="button"
      type="button"
      title="All kept runs as one .zip with a folder a run"
      onClick={() => void prepareExport(engine, null)}
    >
      Export all…
    </button>
  );
}
