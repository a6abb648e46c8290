/**
 * Steering: the language model goes on from a prompt as it is, with the chosen group changed, and with a
 * random subspace changed in its place, all three on the same random numbers.
 */
import { useEffect } from 'react';
import { useCurrentRun } from '../../../state/current';
import { cardKey, modelKey } from '../../../state/questions';
import type { RunModel } from '../../../state/run_record';
import { setPrompt, useText } from '../../../state/text_store';
import { useQuestion } from '../../../state/use_question';
import { Field } from '../../parts/Field';
import { Icon } from '../../parts/Icon';
import { Panel } from '../../parts/Panel';
import { NumberField } from '../../parts/NumberField';
import { obstacleOf } from '../../parts/use_analysis';
import { modelColor } from '../../plots/palette';
import { hrefOf } from '../../route';
import { useAnswerAge } from '../../parts/answer_age';
import { Continuations } from './Continuations';
import { dialWords } from './dial_words';
import { EditControls } from './EditControls';
import { groupLabel, type GroupRows } from './group_names';
import type { GroupOption } from './group_search';
import { GroupPicker } from './GroupPicker';
import {
  requestOf,
  sameRequest,
  setSteering,
  useSteeringDraft,
  type SteeringDraft,
} from './steering_draft';
import { chooseGroup } from './text_view';

export interface SteeringPanelProps {
  readonly runId: string;
  readonly model: RunModel;
  readonly rows: GroupRows;
  /** All groups that can be chosen. */
  readonly options: readonly GroupOption[];
  readonly group: number | null;
}

export function SteeringPanel({ runId, model, rows, options, group }: SteeringPanelProps) {
  const draft = useSteeringDraft();
  const text = useText((state) => state.text);
  const prompt = useText((state) => state.prompt);
  const steered = useQuestion('steer_text', modelKey(runId, model.index), 'Writing');
  const { answer, asked, progress } = steered;
  const made = useAnswerAge(model.index, answer?.step ?? null, steered.changes);
  const words = useDialWords(runId, model, group, draft.kind === 'turn');
  const { unitName } = model;
  const known = answer?.group === group ? answer.typicalNorm : undefined;
  const typicalNorm = known ?? (group === null ? null : (rows?.[group]?.meanNorm ?? null));
  const problem = problemOf(draft);
  const request = group === null ? null : requestOf(draft, prompt, group, model.rank);
  const write = () => {
    if (request === null || problem !== null) return;
    steered.ask({ runId, model: model.index, ...request });
  };
  const outdated = asked !== null && (request === null || !sameRequest(asked, request));
  return (
    <Panel
      size="large"
      flush
      className="steering"
      title="Steer"
      beside={
        <>
          <div className="steering-group">
            <GroupPicker
              name={`The ${unitName} to steer`}
              group={group}
              options={options}
              unitName={unitName}
              label={group === null ? '' : groupLabel(rows, group)}
              onChoose={chooseGroup}
            />
          </div>
          {group === null ? (
            <span className="quiet">and change what it writes while the story goes on</span>
          ) : (
            <a
              className="button button-quiet"
              href={hrefOf('groups', { model: model.index, group })}
            >
              <Icon name="card" size={14} />
              Card
            </a>
          )}
        </>
      }
    >
      <div className="steering-body">
        <form
          className="steering-controls"
          onSubmit={(event) => {
            event.preventDefault();
            write();
          }}
        >
          <EditControls
            rank={model.rank}
            unitName={unitName}
            typicalNorm={typicalNorm}
            words={words}
            color={modelColor(model.index)}
          />
          <div className="prompt">
            <label htmlFor="prompt">Prompt</label>
            <button
              type="button"
              className="button button-quiet"
              disabled={text === '' || text === prompt}
              onClick={() => setPrompt(text)}
            >
              Take the text above
            </button>
            <textarea
              id="prompt"
              className="control text-area"
              rows={3}
              spellCheck={false}
              value={prompt}
              placeholder="Empty: the model begins by itself"
              onChange={(event) => setPrompt(event.target.value)}
            />
          </div>
          <Sampling />
          {problem !== null && (
            <p className="field-issue" role="alert">
              {problem}
            </p>
          )}
          {progress === null ? (
            <button
              type="submit"
              className="button button-primary"
              disabled={group === null || problem !== null}
            >
              Continue
            </button>
          ) : (
            <button type="button" className="button" onClick={steered.cancel}>
              Cancel
            </button>
          )}
        </form>
        <Continuations
          steered={steered}
          outdated={outdated}
          age={made}
          unitName={unitName}
          color={modelColor(model.index)}
          onRetry={write}
        />
      </div>
    </Panel>
  );
}

function Sampling() {
  const { length, temperature, seed } = useSteeringDraft();
  return (
    <div className="sampling">
      <Field
        text={{ label: 'Length', unit: 'tokens', meaning: 'Tokens written after the prompt.' }}
      >
        {(ids) => (
          <NumberField
            {...ids}
            value={length}
            onChange={(next) => set({ length: next })}
            doubling
          />
        )}
      </Field>
      <Field
        text={{
          label: 'Temperature',
          meaning: 'How freely tokens are drawn; 0 always takes the most likely one.',
          formula: 'p ∝ exp(logit / T)',
        }}
      >
        {(ids) => (
          <NumberField
            {...ids}
            value={temperature}
            onChange={(next) => set({ temperature: next })}
          />
        )}
      </Field>
      <Field
        text={{
          label: 'Seed',
          meaning: 'Seeds the draws; all three continuations use the same.',
        }}
      >
        {(ids) => (
          <NumberField
            {...ids}
            value={seed}
            disabled={temperature === 0}
            onChange={(next) => set({ seed: next })}
          />
        )}
      </Field>
    </div>
  );
}

function set(changes: { [Key in keyof SteeringDraft]?: SteeringDraft[Key] | undefined }): void {
  const kept = Object.entries(changes).filter(([, value]) => value !== undefined);
  setSteering(Object.fromEntries(kept));
}

/** What keeps the settings from being used, null when nothing does. */
function problemOf({ length, temperature, seed }: SteeringDraft): string | null {
  if (!Number.isInteger(length) || length < 1 || length > 4096) {
    return `Length is ${length}; it must be a whole number from 1 to 4096.`;
  }
  if (temperature < 0 || temperature > 10) {
    return `Temperature is ${temperature}; it must be from 0 to 10.`;
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    return `Seed is ${seed}; it must be a whole number from 0 to 4294967295.`;
  }
  return null;
}

/** What the group writes around its plane, asked for when the dial is shown; empty until it is known. */
function useDialWords(
  runId: string,
  model: RunModel,
  group: number | null,
  wanted: boolean,
): ReturnType<typeof dialWords> {
  const index = model.index;
  const key = group === null ? '' : cardKey(runId, index, group);
  const question = useQuestion('attribute_logits', key, 'Attributing');
  const { answer, progress, error, changes, ask } = question;
  const age = useAnswerAge(index, answer?.step ?? null, changes);
  // While it trains they are old at once, and asking takes time from the training.
  const resting = useCurrentRun((run) => obstacleOf(run) === null) ?? false;
  const old = answer === null || (resting && age !== null && age.since !== null);
  const missing = wanted && model.rank > 1 && old && progress === null && error === null;
  useEffect(() => {
    if (missing && group !== null) ask({ runId, model: index, group });
  }, [missing, runId, index, group, ask]);
  return dialWords(answer);
}
