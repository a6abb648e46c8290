/**
 * The Groups page: every group or latent of a trained model in a table that can be searched, filtered and
 * sorted, and beside it the card of the chosen one. What is shown stands in the address.
 */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useCurrentModel, useCurrentRun } from '../../../state/current';
import { useView } from '../../../state/view_store';
import { AnalysisBar, AnalysisEmpty } from '../../parts/AnalysisStatus';
import { useAnalysis } from '../../parts/use_analysis';
import { useShortcuts } from '../../shortcuts';
import { annotationKey, useAnnotations } from './annotations_store';
import { FilterBox } from './FilterBox';
import { GroupDetail } from './GroupDetail';
import { GroupTableView } from './GroupTableView';
import { nextOrder } from './group_table';
import { followAddress, useGroupsView } from './groups_view';
import { groupShortcuts, moveIn, type Movement } from './keyboard';
import { ListFrame } from './ListFrame';
import { ModelChoice, showModelOf } from './ModelChoice';
import { useGroupTable } from './use_group_table';
import './groups.css';

export default function GroupsPage() {
  useEffect(followAddress, []);
  const runId = useView((view) => view.runId);
  const config = useCurrentRun((run) => run.config);
  const models = useCurrentRun((run) => run.models);
  const model = useCurrentModel((current) => current);
  const index = model?.index ?? 0;
  const view = useAnalysis(
    'groups',
    useMemo(() => [index], [index]),
  );
  const answer = view.analyses[0]?.answer ?? null;
  const key = useMemo(
    () => (config === undefined ? '' : annotationKey(config, index)),
    [config, index],
  );
  const table = useGroupTable(answer, key);
  const { filter, order } = useGroupsView();
  const [search, setSearch] = useState<HTMLInputElement | null>(null);

  const group = table.selected?.row.group ?? null;
  const unitName = model?.unitName ?? 'group';
  const move = (movement: Movement) => {
    const shown = table.shown.map(({ row }) => row.group);
    useGroupsView.setState({ group: moveIn(shown, group, movement) ?? group });
  };
  useShortcuts(
    'Groups',
    groupShortcuts({
      unitName,
      move,
      star: () => {
        if (group !== null) useAnnotations.getState().toggleStar(key, group);
      },
      search: () => search?.select(),
    }),
  );
  const select = useCallback((next: number) => useGroupsView.setState({ group: next }), []);

  if (answer === null || runId === null || model === undefined || models === undefined) {
    return (
      <main className="groups-page-empty">
        <AnalysisEmpty view={view} subject={`The ${unitName}s of the trained model`} />
      </main>
    );
  }
  const words = config?.data.kind === 'words';
  return (
    <main className="groups-page">
      <ListFrame label={`The table of ${unitName}s`}>
        <div className="groups-tools">
          <FilterBox
            ref={setSearch}
            text={filter}
            problem={table.problem}
            shown={table.shown.length}
            total={table.all.length}
            unitName={unitName}
            searched={answer.firings === null ? null : (table.searched?.word ?? null)}
            onChange={(text) => useGroupsView.setState({ filter: text })}
          />
          <ModelChoice />
        </div>
        <AnalysisBar view={view} step={answer.step} />
        <GroupTableView
          rows={table.shown}
          rank={model.rank}
          unitName={unitName}
          selected={group}
          order={order}
          searched={table.searched}
          onSelect={select}
          onSort={(column) => useGroupsView.setState({ order: nextOrder(order, column) })}
        />
      </ListFrame>
      <section className="groups-card" aria-label={`The chosen ${unitName}`}>
        {table.selected !== null && (
          <GroupDetail
            runId={runId}
            models={models}
            model={model}
            selected={table.selected}
            annotationKey={key}
            rowsName={words ? 'words' : config?.data.kind === 'npy' ? 'rows' : 'samples'}
            finite={config?.data.kind !== 'synthetic'}
            searched={table.searched?.word ?? null}
            analysedRows={answer.analysedRows}
            onMove={move}
            onSelect={(other, next) => showModelOf(runId, other, next)}
          />
        )}
      </section>
    </main>
  );
}
