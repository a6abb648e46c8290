/** The runs of this visit and those that this browser keeps, as a table to work with. */
import { useState } from 'react';
import { engine } from '../../../state/engine_store';
import { runOf, useRuns } from '../../../state/runs_store';
import { describeRun } from '../../../state/said_of_runs';
import { useEngineLack } from '../../parts/engine_lack';
import { FilterBox } from '../../parts/FilterBox';
import { hrefOf } from '../../route';
import { useShortcuts } from '../../shortcuts';
import { ColumnMenu } from './ColumnMenu';
import { Differences } from './Differences';
import { ExportAll } from './ExportRuns';
import { Foot } from './Foot';
import { ImportRuns } from './ImportRuns';
import { OpenWeights } from './OpenWeights';
import { QueueStrip } from './QueueStrip';
import { RunData } from './RunData';
import { RunDialogs } from './RunDialogs';
import { openRun } from './RunMenu';
import { RunTable } from './RunTable';
import { SaveRuns } from './SaveRuns';
import { runFilterHelp } from './run_filter';
import { runShortcuts } from './run_keys';
import { orderSentence } from './run_list';
import { toggleChosen, useRunsView } from './runs_view';
import type { RunFacts } from './run_facts';
import { useFactsOf, useRunList } from './use_run_list';
import './runs.css';

export default function RunsPage() {
  const none = useRuns((state) => state.order.length === 0);
  return (
    <main className="runs">
      <QueueStrip />
      {none ? <NoRuns /> : <Runs />}
      <RunDialogs />
    </main>
  );
}

function NoRuns() {
  const lack = useEngineLack();
  return (
    <div className="runs-empty">
      <h1>No runs yet</h1>
      <p>
        {lack === null
          ? 'Every run is listed here with its result, ready to be compared, exported as a SAELens folder, or shared as a link. This browser keeps them while they train: after a reload they are here again, and unfinished ones go on.'
          : `Nothing can be trained or opened here. ${lack.reason}`}
      </p>
      <div className="runs-empty-actions">
        <a className="button button-primary" href={hrefOf('train')}>
          {lack === null ? 'Go to Train' : 'More on the Train page'}
        </a>
        <ImportRuns />
        {lack === null && <OpenWeights />}
      </div>
    </div>
  );
}

function Runs() {
  const { shown, total, problem } = useRunList();
  const [search, setSearch] = useState<HTMLInputElement | null>(null);
  const filter = useRunsView((view) => view.filter);
  const order = useRunsView((view) => view.order);
  const chosen = inOrder(useFactsOf(useRunsView((view) => view.chosen)), shown);
  useShortcuts(
    'Runs',
    runShortcuts({
      shown: () => shown,
      open: (id) => {
        const run = runOf(id);
        if (run !== undefined) openRun(run);
      },
      choose: toggleChosen,
      star: (id) => describeRun(engine, id, { starred: runOf(id)?.about.starred !== true }),
      search: () => {
        search?.focus();
        search?.select();
      },
    }),
  );
  return (
    <>
      <h1 className="visually-hidden">Runs</h1>
      <div className="runs-tools">
        <FilterBox
          ref={setSearch}
          text={filter}
          problem={problem}
          shown={shown.length}
          total={total}
          rowsName="runs"
          placeholder="Search runs, or filter: ev > .9 data:words #week starred"
          help={runFilterHelp}
          order={orderSentence(order)}
          aside={null}
          onChange={(text) => useRunsView.setState({ filter: text })}
        />
        <div className="runs-tools-actions">
          <ColumnMenu />
          <SaveRuns shown={shown} />
          <ExportAll />
          <ImportRuns />
          <OpenWeights />
        </div>
      </div>
      <div className="panel runs-table">
        <RunTable shown={shown} />
        {shown.length === 0 && (
          <p className="runs-nothing">
            No run matches this filter.
            <button
              type="button"
              className="button"
              onClick={() => useRunsView.setState({ filter: '' })}
            >
              Show all
            </button>
          </p>
        )}
        <Differences chosen={chosen} />
        <Foot chosen={chosen} shown={shown} />
      </div>
      <RunData />
    </>
  );
}

/** Chosen runs as they stand in the list; those that the filter hides come last. */
function inOrder(chosen: readonly RunFacts[], shown: readonly string[]): readonly RunFacts[] {
  const place = new Map(shown.map((id, index) => [id, index]));
  const placeOf = ({ run }: RunFacts) => place.get(run.id) ?? shown.length;
  return chosen.toSorted((a, b) => placeOf(a) - placeOf(b));
}
