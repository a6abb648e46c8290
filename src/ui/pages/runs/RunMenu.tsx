/** What can be done with a run: its files, and everything else. */
import { engine } from '../../../state/engine_store';
import { deleteRuns } from '../../../state/deleted_runs';
import { evaluateRun } from '../../../state/final_evaluations';
import { notify } from '../../../state/notices_store';
import { canTrainFurther } from '../../../state/run_further';
import { isActive, type Run } from '../../../state/run_record';
import { duplicateRun, showAsDraft } from '../../../state/training';
import { copyRunLink } from '../../link_sync';
import { Icon } from '../../parts/Icon';
import { Menu } from '../../parts/Menu';
import { navigate } from '../../route';
import { exportActions } from './export_actions';
import { exportRunActions } from './ExportRuns';
import { openDialog, useRunsView } from './runs_view';

export function RunMenu({ run }: { readonly run: Run }) {
  const weightsGone = !run.inEngine;
  const { id } = run;
  return (
    <>
      <Menu
        trigger={
          <button
            className="button button-quiet"
            type="button"
            disabled={weightsGone}
            title={weightsGone ? 'Its weights are not in this page' : undefined}
          >
            Export
            <Icon name="chevron" size={14} />
          </button>
        }
        actions={exportActions(run)}
      />
      <Menu
        trigger={
          <button
            className="button button-icon"
            type="button"
            aria-label={`Actions on ${run.name}`}
          >
            <Icon name="more" />
          </button>
        }
        actions={[
          { label: 'Show in Train', detail: 'Enter', onSelect: () => openRun(run) },
          { label: 'Show on all pages', detail: 'stay here', onSelect: () => showAsDraft(run) },
          { label: 'Rename', onSelect: () => useRunsView.setState({ renaming: id }) },
          { label: 'Tags and note…', onSelect: () => openDialog({ kind: 'describe', id }) },
          {
            label: 'Evaluate held out',
            onSelect: () => void evaluateRun(engine, run),
            disabled: weightsGone || run.step === 0 || run.origin === 'recorded',
          },
          {
            label: 'Duplicate',
            detail: 'as a new experiment',
            onSelect: () => duplicate(run),
            separated: true,
          },
          {
            label: 'Train further…',
            onSelect: () => openDialog({ kind: 'further', id }),
            disabled: !canTrainFurther(run),
          },
          { label: 'Train with n seeds…', onSelect: () => openDialog({ kind: 'seeds', id }) },
          { label: 'Copy link to its settings', onSelect: () => void copyRunLink(run) },
          ...exportRunActions(run),
          {
            label: 'Delete',
            onSelect: () => void deleteRuns(engine, [run]),
            disabled: isActive(run.status) || run.kept?.elsewhere === true,
            danger: true,
            separated: true,
          },
        ]}
      />
    </>
  );
}

/** Makes a run the one all pages show, puts its settings in the draft, and goes to Train. */
export function openRun(run: Run): void {
  showAsDraft(run);
  navigate('train');
}

/** Puts the settings of a run in the draft as a new experiment, and goes there. */
function duplicate(run: Run): void {
  const name = duplicateRun(run);
  navigate('train');
  notify({
    tone: 'info',
    title: `The settings of ${run.name} are in the draft.`,
    detail: `Nothing of it is trained yet. Change what you like; Train begins “${name}”.`,
  });
}
