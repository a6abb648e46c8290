/**
 * Moves: what they would do to the models as they are, which measures packing and splitting without known features, and a
 * new run that begins with the weights after them.
 */
import { useMemo } from 'react';
import type { MoveCounts } from '../../../analysis/moves/types';
import type { MovesAnswer } from '../../../lab/protocol/protocol';
import { useCurrentRun } from '../../../state/current';
import { engine } from '../../../state/engine_store';
import { giveUp, modelKey, type Question } from '../../../state/questions';
import { runOf } from '../../../state/runs_store';
import { canBeMoved, countMoves, openMoved } from '../../../state/standing_moves';
import { useModelQuestions } from '../../../state/use_question';
import { changedText } from '../../parts/answer_age';
import { DataTable, type DataColumn } from '../../parts/DataTable';
import { ErrorNote } from '../../parts/ErrorNote';
import { Hint } from '../../parts/Hint';
import { dryMovesText } from '../../parts/move_text';
import { jointProgress, momentsOf } from '../../parts/use_analysis';
import { formatInteger, formatPercent } from '../../plots/format';
import type { DiagnosedModel } from './diagnosed';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts as texts } from './texts';
import { UnitLink } from './UnitLink';

export function MovesSection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const runId = useCurrentRun((run) => run.id) ?? null;
  const blocks = useMemo(
    () => models.filter(({ model }) => model.rank > 1).map(({ model }) => model.index),
    [models],
  );
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
              <p className="quiet">Its latents are single directions: nothing can be moved.</p>
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

/** What counts the moves of all models, while they are not known of the models as they are. */
function Ask({ runId, blocks, questions }: AskProps) {
  const progress = jointProgress(questions);
  const error = questions.find((question) => question.error !== null)?.error ?? null;
  const made = useMemo(() => momentsOf(questions), [questions]);
  const isOld =
    useCurrentRun(
      (run) => changedText(run, made) !== null || made.some((m) => m.step !== run.step),
    ) === true;
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
  if (made.length === blocks.length && !isOld) return null;
  return (
    <div className="diagnose-ask">
      <button type="button" className="button" onClick={start}>
        {made.length === 0 ? 'Count moves' : 'Count them again'}
      </button>
      <span className="quiet">
        {made.length === 0
          ? 'Seconds for a small model; every pair of groups is compared.'
          : 'The counts are of the models as they were.'}
      </span>
    </div>
  );
}

interface CountedProps {
  readonly diagnosed: DiagnosedModel;
  readonly answer: MovesAnswer;
}

function Counted({ diagnosed: { model }, answer }: CountedProps) {
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
            others, after step {formatInteger(step)}. Live are groups that fire on 60 of them at
            least.
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

type Sets = readonly { readonly axes: number; readonly energy: number }[];

/** Columns that both tables end with: what was found, and on which rows. */
function setColumns<Row extends { readonly components: Sets }>({
  foundRows,
  judgedRows,
}: MovesAnswer): readonly DataColumn<Row>[] {
  return [
    {
      id: 'sets',
      head: 'Directions',
      text: texts.moveSets,
      value: ({ components }) => components.map(({ axes }) => axes).join(' + '),
    },
    {
      id: 'energy',
      head: 'Energy',
      text: texts.moveEnergy,
      value: ({ components }) => components.map(({ energy }) => formatPercent(energy)).join(', '),
      also: [
        { id: 'found_rows', value: () => foundRows },
        { id: 'judged_rows', value: () => judgedRows },
      ],
    },
  ];
}

/** Columns of the groups that would be unpacked. */
export function unpackedColumns(
  { model }: Pick<DiagnosedModel, 'model'>,
  answer: MovesAnswer,
): readonly DataColumn<MoveCounts['packed'][number]>[] {
  return [
    {
      id: 'group',
      head: 'Group',
      text: { text: 'A group that would be unpacked. Press it for its card.' },
      value: ({ group }) => group,
      cell: ({ group }) => <UnitLink model={model} unit={group} />,
    },
    ...setColumns<MoveCounts['packed'][number]>(answer),
  ];
}

/** Columns of the pairs that would be rearranged. */
export function rearrangedColumns(
  { model }: Pick<DiagnosedModel, 'model'>,
  answer: MovesAnswer,
): readonly DataColumn<MoveCounts['accepted'][number]>[] {
  const link = (unit: number) => <UnitLink model={model} unit={unit} />;
  const text = { text: 'A group of the pair. Press it for its card.' };
  return [
    { id: 'a', head: 'One', text, value: ({ pair }) => pair[0], cell: ({ pair }) => link(pair[0]) },
    {
      id: 'b',
      head: 'Other',
      text,
      value: ({ pair }) => pair[1],
      cell: ({ pair }) => link(pair[1]),
    },
    {
      id: 'fall',
      head: 'Loss falls by',
      text: texts.moveLoss,
      value: ({ lossBefore, lossAfter }) => 1 - lossAfter / lossBefore,
      format: formatPercent,
      also: [
        { id: 'loss_before', value: ({ lossBefore }) => lossBefore },
        { id: 'loss_after', value: ({ lossAfter }) => lossAfter },
      ],
    },
    ...setColumns<MoveCounts['accepted'][number]>(answer),
  ];
}
