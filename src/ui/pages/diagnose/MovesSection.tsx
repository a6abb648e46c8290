/**
 * Moves: what they would do to the models as they are, which measures packing and splitting without known features, and a
 * new run that begins with the weights after them.
 */
import { useEffect, useMemo, useRef } from 'react';
import type { MoveCounts } from '../../../analysis/moves/types';
import type { MovesAnswer } from '../../../lab/protocol/protocol';
import { refines } from '../../../sae/config';
import { useCurrentRun } from '../../../state/current';
import { engine } from '../../../state/engine_store';
import { giveUp, modelKey, type Question } from '../../../state/questions';
import type { Run } from '../../../state/run_record';
import { runOf } from '../../../state/runs_store';
import { canBeMoved, countMoves, openMoved } from '../../../state/standing_moves';
import { useModelQuestions } from '../../../state/use_question';
import { changedText } from '../../parts/answer_age';
import { DataTable } from '../../parts/DataTable';
import { ErrorNote } from '../../parts/ErrorNote';
import { Hint } from '../../parts/Hint';
import { dryMovesText } from '../../parts/move_text';
import { jointProgress, momentsOf, obstacleOf } from '../../parts/use_analysis';
import { formatInteger } from '../../plots/format';
import type { DiagnosedModel } from './diagnosed';
import { rearrangedColumns, unpackedColumns } from './move_columns';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts as texts } from './texts';

export function MovesSection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const runId = useCurrentRun((run) => run.id) ?? null;
  const configs = useCurrentRun((run) => run.config.models);
  const blocks = useMemo(() => {
    const movable = ({ model: { index, rank } }: DiagnosedModel) => {
      const config = configs?.[index];
      return rank > 1 && (config === undefined || !refines(config));
    };
    return models.filter(movable).map(({ model }) => model.index);
  }, [models, configs]);
  const questions = useModelQuestions('count_moves', runId, blocks);
  if (blocks.length === 0) return null;
  return (
    <Section
      id="dry-moves"
      title="Moves"
      question="What would be taken apart or put together? Tried on the model as it is, which stays so: the most direct count of packing and splitting."
    >
      <Ask runId={runId} blocks={blocks} questions={questions} />
      <ModelColumns models={models}>
        {(diagnosed) => {
          const place = blocks.indexOf(diagnosed.model.index);
          if (place < 0) {
            return (
              <p className="quiet">
                {diagnosed.model.rank > 1
                  ? 'A step is taken on its codes, and moves are judged by codes without one.'
                  : 'Its latents are single directions: nothing can be moved.'}
              </p>
            );
          }
          const answer = questions[place]?.answer ?? null;
          return answer === null ? (
            <p className="quiet">Not counted yet.</p>
          ) : (
            <Counted diagnosed={diagnosed} answer={answer} />
          );
        }}
      </ModelColumns>
    </Section>
  );
}

interface AskProps {
  readonly runId: string | null;
  readonly blocks: readonly number[];
  readonly questions: readonly Question<'count_moves'>[];
}

/** Columns of all models together up to which moves are counted without being asked for: a second or two. */
const QUICK_COLUMNS = 512;

/** What counts the moves of all models, while they are not known of the models as they are. */
function Ask({ runId, blocks, questions }: AskProps) {
  const progress = jointProgress(questions);
  const error = questions.find((question) => question.error !== null)?.error ?? null;
  const made = useMemo(() => momentsOf(questions), [questions]);
  const known = made.length === blocks.length;
  // While it trains the step changes ten times a second, and counting takes time from it.
  const resting = useCurrentRun((run) => (obstacleOf(run) === null ? run.step : null)) ?? null;
  const changed = useCurrentRun((run) => changedText(run, made)) ?? null;
  const isOld = changed !== null || (resting !== null && made.some(({ step }) => step !== resting));
  const isQuick =
    useCurrentRun(({ models }) => columnsOf(models, blocks) <= QUICK_COLUMNS) === true;
  const wanted =
    isQuick && resting !== null && (!known || isOld) ? `${runId}@${resting} ${changed}` : '';
  const asked = useRef('');
  useEffect(() => {
    // Asked once: what was given up or failed waits for the person.
    if (wanted === '' || wanted === asked.current || runId === null) return;
    asked.current = wanted;
    void countMoves(engine, runId, blocks);
  }, [wanted, runId, blocks]);
  if (runId === null) return null;
  const start = () => void countMoves(engine, runId, blocks);
  if (progress !== null) {
    return (
      <div className="diagnose-ask">
        <span className="quiet">
          {progress.stage} … {Math.round(100 * progress.fraction)} %
        </span>
        <button
          type="button"
          className="button"
          onClick={() => {
            for (const model of blocks) giveUp('count_moves', modelKey(runId, model));
          }}
        >
          Cancel
        </button>
      </div>
    );
  }
  if (error !== null) return <ErrorNote error={error} onRetry={start} />;
  if (known && !isOld) return null;
  return (
    <div className="diagnose-ask">
      <button type="button" className="button" onClick={start}>
        {made.length === 0 ? 'Count moves' : 'Count them again'}
      </button>
      <span className="quiet">
        {made.length === 0
          ? 'Every pair of groups is compared, which takes minutes in a large model.'
          : 'The counts are of the models as they were.'}
      </span>
    </div>
  );
}

function columnsOf(models: Run['models'], which: readonly number[]): number {
  return which.reduce((sum, index) => {
    const { groups = 0, rank = 0 } = models[index] ?? {};
    return sum + groups * rank;
  }, 0);
}

interface CountedProps {
  readonly diagnosed: DiagnosedModel;
  readonly answer: MovesAnswer;
}

function Counted({ diagnosed: { model, step: shown }, answer }: CountedProps) {
  const { counts, foundRows, judgedRows, split, step } = answer;
  const which = split === 'held_out' ? 'held-out rows' : 'rows, trained on and held out alike';
  const packed = useMemo(() => unpackedColumns({ model }, answer), [model, answer]);
  const pairs = useMemo(() => rearrangedColumns({ model }, answer), [model, answer]);
  return (
    <>
      <div className="panel diagnose-measures">
        <p className="diagnose-counts">
          <b>{dryMovesText(counts)}.</b>{' '}
          <span className="quiet">
            Found on {formatInteger(foundRows)} {which}, judged on {formatInteger(judgedRows)}{' '}
            others
            {step === shown ? '' : `, after step ${formatInteger(step)}`}. Groups count as live that
            fire on 60 of the first at least.
          </span>
        </p>
        <Apply model={model.index} counts={counts} step={step} />
      </div>
      <DataTable
        title="Groups that would be unpacked"
        hint={texts.unpacked}
        fileName={`unpacked-${model.name}`}
        columns={packed}
        rows={counts.packed}
        rowKey={({ group }) => group}
        empty="None: the directions of every live group rise together."
        tall={6}
      />
      <DataTable
        title={`Pairs that would be rearranged, ${formatInteger(counts.pairsTried)} tried`}
        hint={texts.rearranged}
        fileName={`rearranged-${model.name}`}
        columns={pairs}
        rows={counts.accepted}
        rowKey={({ pair }) => pair.join(' ')}
        empty={
          counts.pairsTried === 0
            ? 'None: no two groups seem to share a feature.'
            : 'None: no pair that was tried lowers error and penalty on other rows.'
        }
        tall={6}
      />
    </>
  );
}

interface ApplyProps {
  readonly model: number;
  readonly counts: MoveCounts;
  /** Of the counts. */
  readonly step: number;
}

/** Makes a new run of what the moves would give, where there is something to move and the run is over. */
function Apply({ model, counts, step }: ApplyProps) {
  const runId = useCurrentRun((run) => run.id) ?? null;
  const possible = useCurrentRun((run) => canBeMoved(run) && run.step === step) === true;
  const [question] = useModelQuestions(
    'make_moves',
    runId,
    useMemo(() => [model], [model]),
  );
  if (!possible || runId === null || counts.packed.length + counts.accepted.length === 0)
    return null;
  const { progress = null, error = null } = question ?? {};
  if (progress !== null) {
    return (
      <button
        type="button"
        className="button"
        onClick={() => giveUp('make_moves', modelKey(runId, model))}
      >
        {progress.stage} … cancel
      </button>
    );
  }
  const apply = () => {
    const run = runOf(runId);
    if (run !== undefined) void openMoved(engine, run, model);
  };
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      <Hint text="Groups that fire on none of these rows take what is taken out of others. This run stays as it is; the new one waits at its first step.">
        <button type="button" className="button" onClick={apply}>
          Make a new run with these moves
        </button>
      </Hint>
    </>
  );
}
