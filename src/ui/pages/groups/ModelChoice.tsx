/** Which model of which run the page shows: the models of the current run first, then those of the others. */
import { useShallow } from 'zustand/react/shallow';
import { useCurrentModel } from '../../../state/current';
import { useRuns, type RunsState } from '../../../state/runs_store';
import { useView } from '../../../state/view_store';
import { Choice } from '../../parts/Choice';
import { useGroupsView } from './groups_view';

/** Shows a model and one of its groups; null shows the first of the table. */
export function showModelOf(runId: string, model: number, group: number | null = null): void {
  const view = useView.getState();
  if (view.runId !== runId) view.showRun(runId);
  view.showModel(model);
  useGroupsView.setState({ group });
}

/**
 * Models that can be looked into, a line each: `<run id>/<model>`, its name, the run's name, parted by
 * tabs. As text, so that the component renders anew when a name changes and not with every step.
 */
function modelLines({ runs, order }: RunsState): readonly string[] {
  return order.flatMap((id) => {
    const run = runs[id];
    if (run === undefined || run.origin === 'recorded') return [];
    return run.models.map(({ index, name }) => [`${id}/${index}`, name, run.name].join('\t'));
  });
}

export function ModelChoice() {
  const runId = useView((view) => view.runId) ?? '';
  const model = useCurrentModel(({ index }) => index) ?? 0;
  const lines = useRuns(useShallow(modelLines));
  const entries = lines.map((line) => {
    const [value = '', name = '', runName = ''] = line.split('\t');
    return { value, name, runName, current: value.startsWith(`${runId}/`) };
  });
  const several = entries.some(({ current }) => !current);
  return (
    <div className="groups-model">
      <Choice
        label="Model"
        value={`${runId}/${model}`}
        options={entries
          .toSorted((a, b) => Number(b.current) - Number(a.current))
          .map(({ value, name, runName }) => ({
            value,
            label: name,
            detail: several ? runName : undefined,
          }))}
        onChange={(value) => {
          const [id = '', index = '0'] = value.split('/');
          showModelOf(id, Number(index));
        }}
      />
    </div>
  );
}
