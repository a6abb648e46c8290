/**
 * The Diagnose page: what is right and wrong with the trained models of a run, side by side. A verdict in
 * plain words, all numbers in one table, then a section for each thing that can go wrong, down to the
 * groups behind every number.
 */
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useCurrentRun } from '../../../state/current';
import type { Run } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import { useView } from '../../../state/view_store';
import { analysedRowsText } from '../../parts/analysed_rows_text';
import { AnalysisBar, AnalysisEmpty } from '../../parts/AnalysisStatus';
import { Choice } from '../../parts/Choice';
import { useHeldOut } from '../../parts/held_out';
import { useReadAnnotations } from '../../parts/unit_names';
import { useAnalysis } from '../../parts/use_analysis';
import { FiguresOf } from '../../plots/FiguresOf';
import { formatInteger } from '../../plots/format';
import { ActivitySection } from './ActivitySection';
import type { DiagnosedModel } from './diagnosed';
import { MovesSection } from './MovesSection';
import { OverlapSection } from './OverlapSection';
import { OverviewTable } from './OverviewTable';
import { PackingSection } from './PackingSection';
import { RanksSection } from './RanksSection';
import { RecoverySection } from './RecoverySection';
import { SplittingSection } from './SplittingSection';
import { VerdictCard } from './VerdictCard';
import '../../parts/page.css';
import './diagnose.css';

const NO_MODELS: Run['models'] = [];

export default function DiagnosePage() {
  const models = useCurrentRun((run) => run.models) ?? NO_MODELS;
  const opened = useCurrentRun((run) => run.opened);
  const runName = useCurrentRun((run) => run.name);
  const indices = useMemo(
    () => Array.from({ length: models.length }, (_, i) => i),
    [models.length],
  );
  const view = useAnalysis('diagnose', indices);
  const runId = useCurrentRun((run) => run.id) ?? null;
  const quality = useHeldOut(runId);
  const diagnosed = models.flatMap((model, index): DiagnosedModel[] => {
    const answer = view.analyses[index]?.answer ?? null;
    return answer === null ? [] : [{ ...answer, model }];
  });
  const first = diagnosed[0];
  useReadAnnotations(runId, models, first?.step ?? null);
  if (first === undefined) {
    return (
      <main className="page">
        <AnalysisEmpty view={view} subject="Diagnoses of the trained models" />
      </main>
    );
  }
  const known = diagnosed.some(({ diagnosis }) => diagnosis.recovery !== null);
  return (
    <main className="page">
      <AnalysisBar view={view} />
      <div className="page-body">
        <header className="page-head">
          <h1>Diagnosis</h1>
          <p className="quiet">
            {analysedRowsText(first.analysedRows, first.split, 'rows')},{' '}
            {opened && first.step === 0
              ? 'weights as they were opened'
              : `after step ${formatInteger(first.step)}`}
          </p>
          <SectionNav blocks={diagnosed.some(({ model }) => model.rank > 1)} known={known} />
          <RunChoice />
        </header>
        <VerdictCard models={diagnosed} />
        <OverviewTable models={diagnosed} quality={quality} />
        <FiguresOf run={runName} step={first.step} rows={first.analysedRows} split={first.split}>
          <SplittingSection models={diagnosed} />
          <RecoverySection models={diagnosed} />
          <RanksSection models={diagnosed} />
          <PackingSection models={diagnosed} />
          <MovesSection models={diagnosed} />
          <ActivitySection models={diagnosed} />
          <OverlapSection models={diagnosed} />
        </FiguresOf>
      </div>
    </main>
  );
}

/** Jumps to the sections that this run has. The hash of the address is taken, so these are buttons. */
function SectionNav({ blocks, known }: { readonly blocks: boolean; readonly known: boolean }) {
  const sections: readonly (readonly [id: string, title: string, shown: boolean])[] = [
    ['splitting', 'Splitting', true],
    ['recovery', 'Recovery', known],
    ['ranks', 'Ranks', blocks],
    ['packing', 'Packing', blocks],
    ['dry-moves', 'Moves', blocks],
    ['activity', 'Dead and dense', true],
    ['overlap', 'Overlap', true],
  ];
  return (
    <nav className="diagnose-nav" aria-label="Sections">
      {sections.map(
        ([id, title, shown]) =>
          shown && (
            <button
              key={id}
              type="button"
              className="button button-quiet"
              onClick={() => {
                const section = document.getElementById(`diagnose-${id}`);
                section?.scrollIntoView({ block: 'start' });
                section?.focus({ preventScroll: true });
              }}
            >
              {title}
            </button>
          ),
      )}
    </nav>
  );
}

/** Which run is diagnosed, where there are several. */
function RunChoice() {
  const runId = useView((view) => view.runId) ?? '';
  const named = useRuns(
    useShallow(({ runs, order }) =>
      order.flatMap((id) => {
        const run = runs[id];
        return run === undefined || run.origin === 'recorded' ? [] : [`${id}\t${run.name}`];
      }),
    ),
  );
  if (named.length < 2) return null;
  return (
    <div className="diagnose-run">
      <Choice
        label="Run"
        value={runId}
        options={named.map((line) => {
          const [value = '', label = ''] = line.split('\t');
          return { value, label };
        })}
        onChange={(id) => useView.getState().showRun(id)}
      />
    </div>
  );
}
