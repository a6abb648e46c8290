/**
 * The Groups page: every group or latent of a trained model in a table that can be searched, filtered and
 * sorted, and beside it the card of the chosen one. What is shown stands in the address.
 */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { dataKind } from '../../../lab/run/data_kinds';
import { useCurrentModel, useCurrentRun } from '../../../state/current';
import { useView } from '../../../state/view_store';
import { useLatest } from '../../../state/use_question';
import { cardKey, questionOf, useQuestions } from '../../../state/questions';
import { AnalysisBar, AnalysisEmpty } from '../../parts/AnalysisStatus';
import { CheckpointScrubber } from '../../parts/CheckpointScrubber';
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
import { useGroupsAt } from './use_groups_at';
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
  const past = useGroupsAt(runId, index);
  const { checkpoint } = past;
  const asked = checkpoint === null ? view.analyses[0] : past.question;
  const latest = useLatest(asked?.answer == null ? null : asked, `${runId}/${index}`);
  // What is said of a checkpoint stays until there is something to put in its place.
  const shown = checkpoint === null && view.progress === null ? asked : latest;
  const answer = shown?.answer ?? null;
  const at = shown?.asked?.checkpoint ?? null;
  useReadAnnotations(runId, models, answer?.step ?? null);
  const own = useOwnText(answer?.text == null || at !== null ? null : runId, index);
  const table = useGroupTable(answer, runId, index, own.search);
  const { filter } = useGroupsView();
  const [search, setSearch] = useState<HTMLInputElement | null>(null);

  const group = table.selected?.row.group ?? null;
  const unitName = model?.unitName ?? 'group';
  const about =
    answer === null || runId === null || model === undefined
      ? null
      : { runId, model: index, step: model.before.steps + answer.step };
  const isCardThere = useQuestions((state) => {
    if (runId === null || group === null) return true;
    const card = questionOf(state, 'group_card', cardKey(runId, index, group, at));
    return card.answer !== null || card.error !== null;
  });
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

  const scrubber = (
    <CheckpointScrubber
      shown={at === null ? null : (answer?.step ?? null)}
      settled={checkpoint === null || (past.question.answer !== null && isCardThere)}
      error={past.question.error}
      onRetry={past.start}
      onLeave={() => useGroupsView.setState({ group })}
    />
  );
  if (
    answer === null ||
    runId === null ||
    about === null ||
    model === undefined ||
    models === undefined
  ) {
    return (
      <main className="groups-page-empty">
        {scrubber}
        <AnalysisEmpty
          view={checkpoint === null ? view : { ...past, ...past.question, obstacle: null }}
          subject={`The ${unitName}s of the trained model`}
        />
      </main>
    );
  }
  const isText = answer.text !== null;
  const { searched, sorting } = table;
  return (
    <main className="groups-page">
      {scrubber}
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
              at === null &&
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
        {own.open && isText && at === null && (
          <OwnText runId={runId} model={index} group={group} own={own} onSelect={select} />
        )}
        {checkpoint === null && <AnalysisBar view={view} />}
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
              checkpoint={at}
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
