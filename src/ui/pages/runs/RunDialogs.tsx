/** What stands over the Runs page, one thing at a time. */
import { useRuns } from '../../../state/runs_store';
import { DescribeRun } from './DescribeRun';
import { FreeSpace } from './FreeSpace';
import { openDialog, useRunsView } from './runs_view';
import { TrainFurther } from './TrainFurther';
import { TrainSeeds } from './TrainSeeds';
import './run_dialogs.css';

export function RunDialogs() {
  const dialog = useRunsView((view) => view.dialog);
  const id = dialog !== null && 'id' in dialog ? dialog.id : null;
  const run = useRuns(({ runs }) => (id === null ? undefined : runs[id]));
  const close = () => openDialog(null);
  if (dialog?.kind === 'space') return <FreeSpace onClose={close} />;
  if (dialog === null || run === undefined) return null;
  switch (dialog.kind) {
    case 'describe':
      return <DescribeRun run={run} onClose={close} />;
    case 'further':
      return <TrainFurther run={run} onClose={close} />;
    case 'seeds':
      return <TrainSeeds run={run} onClose={close} />;
  }
}
