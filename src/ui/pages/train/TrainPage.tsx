/** The first page: an experiment at the left, what comes of it at the right. */
import { useEffect } from 'react';
import { dataKind } from '../../../lab/run/data_kinds';
import { useEngine } from '../../../state/engine_store';
import { textOf } from '../../../state/experiment_draft';
import { redo, undo, useExperiment } from '../../../state/experiment_store';
import { followLiveSettings, takeStep, toggleTraining } from '../../../state/training';
import { useShortcuts } from '../../shortcuts';
import { CheckpointBar } from './CheckpointBar';
import { Curves } from './Curves';
import { FeedingLine } from './FeedingLine';
import { FitNote } from './FitNote';
import { HeldOutTiles } from './HeldOutTiles';
import { IssueNote } from './IssueNote';
import { MetricTiles } from './MetricTiles';
import { NoWebGpu } from './NoWebGpu';
import { Rates } from './Rates';
import { RunBar, RunNotes } from './RunBar';
import { SettingsPanel } from './SettingsPanel';
import { ShapeGrid } from './ShapeGrid';
import { useShownRun } from './shown_run';
import { ShownRunFigures } from './ShownRunFigures';
import { WordGroups } from './WordGroups';
import './train.css';

export default function TrainPage() {
  const unavailable = useEngine((state) => state.connection.kind === 'unavailable');
  return unavailable ? <NoWebGpu /> : <Lab />;
}

function Lab() {
  useEffect(followLiveSettings, []);
  useShortcuts('Train', [
    { keys: 'Space', label: 'Train, pause, resume', run: () => void toggleTraining() },
    { keys: '.', label: 'Take one step', run: () => void takeStep() },
    { keys: 'u', label: 'Undo the last change of the settings', run: undo },
    { keys: 'U', label: 'Redo it', run: redo },
  ]);
  return (
    <div className="train">
      <SettingsPanel />
      <main className="train-main">
        <h1 className="visually-hidden">Train</h1>
        <RunBar />
        <Question />
        <FeedingLine />
        <IssueNote />
        <FitNote />
        <RunNotes />
        <MetricTiles />
        <HeldOutTiles />
        <Results />
      </main>
    </div>
  );
}

/** What to look for, for whoever sees the page for the first time. */
function Question() {
  const question = dataKind(useDataKind())?.question ?? null;
  return question === null ? null : <p className="train-question">{question}</p>;
}

function useDataKind(): string {
  const draftKind = useExperiment((state) => textOf(state.draft.data.kind));
  return useShownRun((run) => run.config.data.kind) ?? draftKind;
}

/** What can be seen of the data (known shapes, words, or nothing), and the curves. */
function Results() {
  const kind = useDataKind();
  return (
    <ShownRunFigures>
      {kind === 'synthetic' && <ShapeGrid />}
      {kind === 'words' && <WordGroups labelName="word" />}
      {kind === 'lm' && <WordGroups labelName="token" />}
      <CheckpointBar />
      <Curves large={kind === 'npy'} />
      <Rates />
    </ShownRunFigures>
  );
}
