/**
 * The Groups page: every group or latent of a trained model in a table that can be searched, filtered and
 * sorted, and beside it the card of the chosen one. What is shown stands in the address.
 */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { dataKind } from '../../../lab/run/data_kinds';
import { useCurrentModel, useCurrentRun } from '../../../state/current';
import { useView } from '../../../state/view_store';
import { AnalysisBar, AnalysisEmpty } from '../../parts/AnalysisStatus';
import { FilterBox } from '../../parts/FilterBox';
import { moveIn, type Movement } from '../../parts/list_movement';
import { useReadAnnotations } from '../../parts/unit_names';
import { useAnalysis } from '../../parts/use_analysis';
import { FiguresOf } from '../../plots/FiguresOf';
import { useShortcuts } from '../../shortcuts';
import { toggleStar } from './annotation_edits';
import { groupFilterHelp } from './filter_help';
import { GroupDetail } from './GroupDetail';
import { GroupTableView } from './GroupTableView';
import { followAddress, useGroupsView } from './groups_view';
import { groupShortcuts } from './keyboard';
import { ListFrame } from './ListFrame';
import { ModelChoice, showModelOf } from './ModelChoice';
import { NotesMenu } from './NotesMenu';
import { OwnText, useOwnText } from './OwnText';
import { orderSentence, sortedBy } from './sorting';
import { useGroupTable } from './use_group_table';
import './groups.css';

export default function GroupsPage() {
  useEffect(followAddress, []);
  const runId = useView((view) => view.runId);
  const config = useCurrentRun((run) => run.config);
  const models = useCurrentRun((run) => run.models);
  const runName = useCurrentRun((run) => run.name);
  const model = useCurrentModel((current) => current);
  const index = model?.index ?? 0;
  const view = useAnalysis(
    'groups',
    useMemo(() => [index], [index]),
  );
  const answer = view.analyses[0]?.answer ?? null;
  useReadAnnotations(runId, models, answer?.step ?? null);
  const own = useOwnText(answer?.text == null ? null : runId, index);
  const table = useGroupTable(answer, runId, index, own.search);
  const { filter } = useGroupsView();
  const [search, setSearch] = useState<HTMLInputElement | null>(null);

  const group = table.selected?.row.group ?? null;
  const unitName = model?.unitName ?? 'group';
  const about =
    answer === null || runId === null || model === undefined
      ? null
      : { runId, model: index, step: model.before.steps + answer.step };
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
        if (group !== null && about !== null) toggleStar({ ...about, unit: group, unitName });
      },
      search: () => search?.select(),
    }),
  );
  const select = useCallback((next: number) => useGroupsView.setState({ group: next }), []);

  if (
    answer === null ||
    runId === null ||
    about === null ||
    model === undefined ||
    models === undefined
  ) {
    return (
      <main className="groups-page-empty">
        <AnalysisEmpty view={view} subject={`The ${unitName}s of the trained model`} />
      </main>
    );
  }
  const isText = answer.text !== null;
  const { searched, sorting } = table;
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
            rowsName={`${unitName}s`}
            placeholder={`Search ${isText ? 'tokens' : 'words'}, or filter: ${unitName === 'group' ? 'rank > 1 and ' : ''}freq < 2%`}
            help={groupFilterHelp}
            order={
              answer.firings === null || searched === null
                ? null
                : orderSentence(sorting, searched.what)
            }
            aside={
              isText &&
              !own.open && (
                <button
                  type="button"
                  className="link-button filter-own"
                  onClick={() => own.setOpen(true)}
                >
                  By your own text
                </button>
              )
            }
            onChange={(text) => useGroupsView.setState({ filter: text })}
          />
          <ModelChoice />
          <NotesMenu
            about={about}
            modelName={model.name}
            runName={runName ?? ''}
            groups={model.groups}
          />
        </div>
        {own.open && isText && (
          <OwnText runId={runId} model={index} group={group} own={own} onSelect={select} />
        )}
        <AnalysisBar view={view} />
        <GroupTableView
          all={table.all}
          rows={table.shown}
          rank={model.rank}
          unitName={unitName}
          selected={group}
          sorting={sorting}
          searched={searched}
          onSelect={select}
          onSort={(column) => useGroupsView.setState(sortedBy(sorting, column))}
        />
      </ListFrame>
      <section className="groups-card" aria-label={`The chosen ${unitName}`}>
        {table.selected !== null && (
          <FiguresOf
            run={runName}
            step={answer.step}
            rows={answer.analysedRows}
            split={answer.split}
          >
            <GroupDetail
              runId={runId}
              models={models}
              model={model}
              selected={table.selected}
              step={about.step}
              rowsName={isText ? 'tokens' : (dataKind(config?.data.kind)?.rows ?? 'samples')}
              finite={config?.data.kind !== 'synthetic'}
              isText={isText}
              searched={searched?.word ?? null}
              analysedRows={answer.analysedRows}
              split={answer.split}
              onMove={move}
              onSelect={(other, next) => showModelOf(runId, other, next)}
            />
          </FiguresOf>
        )}
      </section>
    </main>
  );
}
