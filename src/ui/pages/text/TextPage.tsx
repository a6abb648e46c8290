/**
 * The Text page: own text as a language model reads it, with the groups of a trained model on every token;
 * continuations with a group changed; and what the autoencoder costs when it is spliced in.
 */
import { useEffect, useMemo } from 'react';
import { annotationsOf, useAnnotations } from '../../../state/annotations';
import { useCurrentModel, useCurrentRun } from '../../../state/current';
import { engine } from '../../../state/engine_store';
import {
  languageModelOf,
  refreshLanguageModels,
  useLanguageModels,
} from '../../../state/language_models_store';
import { languageDataOf } from '../../../state/language_run';
import { modelKey } from '../../../state/questions';
import type { Run, RunModel } from '../../../state/run_record';
import { useText } from '../../../state/text_store';
import { useQuestion } from '../../../state/use_question';
import { useWaitingWeights } from '../../../state/weights_opening';
import { AnalysisEmpty } from '../../parts/AnalysisStatus';
import { Choice } from '../../parts/Choice';
import { useEngineLack } from '../../parts/engine_lack';
import { useReadAnnotations } from '../../parts/unit_names';
import { obstacleOf, useAnalysis } from '../../parts/use_analysis';
import { groupOptions, namedRows } from './group_names';
import { FaithfulnessPanel } from './FaithfulnessPanel';
import { NoLanguageRun } from './NoLanguageRun';
import { ReadingPanel } from './ReadingPanel';
import { readingStanding } from './use_reading';
import { SteeringPanel } from './SteeringPanel';
import { showModel, useModelInAddress, useTextView } from './text_view';
import '../../parts/page.css';
import './text.css';
import './tokens.css';
import './group_picker.css';
import './firings.css';
import './steering.css';
import './faithfulness.css';

export default function TextPage() {
  const config = useCurrentRun((run) => run.config);
  const obstacle = useCurrentRun(obstacleOf);
  const isLanguage = config !== undefined && languageDataOf(config.data) !== null;
  const waits = useWaitingWeights((state) => state.waiting !== null);
  const lacksEngine = useEngineLack() !== null;
  const noRun = lacksEngine || obstacle === 'failed' || (waits && !isLanguage);
  if (!isLanguage && !noRun) return <NoLanguageRun />;
  if (noRun || (obstacle !== null && obstacle !== undefined && obstacle !== 'training')) {
    const view = {
      obstacle: noRun && obstacle !== 'failed' ? 'no_run' : (obstacle ?? 'no_run'),
      progress: null,
      error: null,
      start: ignore,
      cancel: ignore,
    };
    return (
      <main className="page text-empty">
        <AnalysisEmpty view={view} subject="What the trained model sees in your text" />
      </main>
    );
  }
  return <Laboratory />;
}

function ignore(): void {
  // Nothing can be started or given up while there is no model to ask.
}

function Laboratory() {
  useModelInAddress();
  const runId = useCurrentRun((run) => run.id);
  const models = useCurrentRun((run) => run.models);
  const model = useCurrentModel((current) => current);
  if (runId === undefined || models === undefined || model === undefined) return null;
  return (
    <main className="page">
      <div className="page-body">
        <Head models={models} shown={model.index} />
        <OneModel key={modelKey(runId, model.index)} runId={runId} model={model} />
        <FaithfulnessPanel runId={runId} models={models} />
      </div>
    </main>
  );
}

function Head({ models, shown }: { readonly models: Run['models']; readonly shown: number }) {
  const config = useCurrentRun((run) => run.config);
  const data = config === undefined ? null : languageDataOf(config.data);
  const info = useLanguageModels((state) =>
    data === null ? undefined : languageModelOf(state, data.model),
  );
  useEffect(() => void refreshLanguageModels(engine), []);
  return (
    <header className="page-head text-head">
      <h1>Text</h1>
      <p className="quiet">
        {info?.label ?? data?.model}, residual stream at layer {data?.layer}
        {info !== undefined && `, reads ${info.context} tokens at a time`}
      </p>
      <div className="text-model">
        <Choice
          label="Trained model"
          value={String(shown)}
          options={models.map(({ index, name, groups, rank, unitName }) => ({
            value: String(index),
            label: name,
            detail: rank > 1 ? `${groups} ${unitName}s of rank ${rank}` : `${groups} ${unitName}s`,
          }))}
          onChange={(value) => showModel(Number(value))}
        />
      </div>
    </header>
  );
}

function OneModel({ runId, model }: { readonly runId: string; readonly model: RunModel }) {
  const { group } = useTextView();
  const models = useMemo(() => [model.index], [model.index]);
  const groups = useAnalysis('groups', models);
  const answer = groups.analyses[0]?.answer ?? null;
  useReadAnnotations(
    runId,
    useCurrentRun((run) => run.models),
    answer?.step ?? null,
  );
  const annotations = useAnnotations((state) => annotationsOf(state, runId, model.index));
  const rows = useMemo(() => namedRows(answer?.rows ?? null, annotations), [answer, annotations]);
  const text = useText((state) => state.text);
  const question = useQuestion('read_text', modelKey(runId, model.index));
  const reading = question.answer;
  const options = useMemo(
    () => groupOptions(rows, reading, model.groups),
    [rows, reading, model.groups],
  );
  const shared = { runId, model, rows, options, group };
  return (
    <>
      <ReadingPanel
        {...shared}
        reading={reading}
        standing={readingStanding(question, text)}
        naming={groups.progress !== null}
      />
      <SteeringPanel {...shared} />
    </>
  );
}
