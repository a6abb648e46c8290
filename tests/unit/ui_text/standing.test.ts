/** Answers on the Text page belong to what was asked: they name it, and say when the question has changed since. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { SteeringEdit } from '../../../src/lab/protocol/lm_protocol';
import { defaultPreset } from '../../../src/lab/run/presets';
import { NOT_ASKED } from '../../../src/state/questions';
import { createRun } from '../../../src/state/run_record';
import { Continuations } from '../../../src/ui/pages/text/Continuations';
import { measuredAt, measuredOn } from '../../../src/ui/pages/text/FaithfulnessResult';
import {
  requestOf,
  requestSentence,
  sameRequest,
  useSteeringDraft,
} from '../../../src/ui/pages/text/steering_draft';
import { ReadingState } from '../../../src/ui/pages/text/ReadingState';
import { readingStanding, type FollowedReading } from '../../../src/ui/pages/text/use_reading';
import { trainedText } from '../../../src/ui/parts/answer_age';
import { formatInteger } from '../../../src/ui/plots/format';
import { scriptedReading } from '../../support/scripted_language';

const draft = useSteeringDraft.getInitialState();
const added = requestOf({ ...draft, kind: 'add', added: 1.5, axis: 1 }, 'Once', 12, 4);
const span = { token: 1, text: ' upon' };

describe('continuations', () => {
  const page = (outdated: boolean, since: string | null = null) =>
    renderToStaticMarkup(
      createElement(Continuations, {
        steered: {
          ...NOT_ASKED,
          asked: { runId: 'run', model: 0, ...added },
          answer: {
            model: 0,
            step: 10,
            group: 12,
            typicalNorm: 3,
            continuations: (['original', 'steered', 'random control'] as const).map((name) => ({
              name,
              tokens: [span, span],
              promptTokens: 1,
            })),
          },
        },
        outdated,
        age: { trained: 'step 10, 640 samples', since },
        unitName: 'group',
        color: 'red',
        onRetry: () => undefined,
      }),
    );

  it('name the change that made them, and their column too', () => {
    expect(page(false)).toContain(
      'Add 1.5 × typical norm along axis 2 in group 12; 48 tokens, temperature 0',
    );
    expect(page(false)).toContain('Add 1.5 × typical norm along axis 2, group 12</h3>');
    expect(page(false)).not.toContain('have changed');
  });

  it('say that the panel is set to something else', () => {
    expect(page(true)).toContain('the settings have changed since');
    expect(page(true)).toContain('data-outdated="true"');
  });

  it('say of which model they are, and stand back once it has moved on', () => {
    expect(page(false)).toContain('at step 10, 640 samples');
    expect(page(false)).toContain('data-outdated="false"');
    const moved = page(false, 'the run is at step 20');
    expect(moved).toContain('at step 10, 640 samples');
    expect(moved).toContain('the run is at step 20; Continue writes them again');
    expect(moved).toContain('data-outdated="true"');
  });

  it('are of the same request only if nothing that matters differs', () => {
    const again = (changes: Partial<typeof draft>, prompt = 'Once', group = 12) =>
      requestOf({ ...draft, kind: 'add', added: 1.5, axis: 1, ...changes }, prompt, group, 4);
    expect(sameRequest(added, again({}))).toBe(true);
    expect(sameRequest(added, again({ factor: 7, turned: 9 }))).toBe(true);
    expect(sameRequest(added, again({ seed: 3 }))).toBe(true);
    expect(sameRequest(added, again({ temperature: 1 }))).toBe(false);
    expect(sameRequest(added, again({ kind: 'turn' }))).toBe(false);
    expect(sameRequest(added, again({ axis: 0 }))).toBe(false);
    expect(sameRequest(added, again({}, 'Twice'))).toBe(false);
    expect(sameRequest(added, again({}, 'Once', 3))).toBe(false);
  });

  it.each<[SteeringEdit, string]>([
    [{ kind: 'scale', factor: 3 }, 'Scale by 3'],
    [{ kind: 'scale', factor: 0 }, 'Ablate'],
    [{ kind: 'clamp', strength: 2 }, 'Clamp to 2 × typical norm'],
    [{ kind: 'turn', angle: Math.PI / 4, strength: 1.5 }, 'Turn to 45.0°, 1.5 × typical norm'],
  ])('%o is called %s', (edit, name) => {
    expect(requestSentence({ ...added, edit, temperature: 0.8, seed: 5 }, 'group')).toBe(
      `${name} in group 12; 48 tokens, temperature 0.8, seed 5`,
    );
  });
});

describe('a reading', () => {
  const asked = { runId: 'run', model: 0, text: 'Lily saw a ball.' };

  it('is of the text above it, or said to be of another', () => {
    expect(readingStanding({ asked, progress: null }, asked.text)).toBe('current');
    expect(readingStanding({ asked, progress: null }, 'Tom')).toBe('old');
    const progress = { fraction: 0, stage: 'Reading' };
    expect(readingStanding({ asked, progress }, 'Tom')).toBe('reading');
  });
});

describe('the line of a reading', () => {
  const reading = scriptedReading(0, 10, 'Lily saw a ball.');
  const asked = { runId: 'run', model: 0, text: 'Lily saw a ball.' };
  const question = { ...NOT_ASKED, asked, answer: reading };
  const line = (changes: Partial<FollowedReading>) =>
    renderToStaticMarkup(
      createElement(ReadingState, {
        question,
        outdated: false,
        changed: false,
        age: { trained: 'step 10, 640 samples', since: null },
        training: true,
        read: () => undefined,
        cancel: () => undefined,
        ...changes,
      }),
    );

  it('names the step, also while the model trains on', () => {
    expect(line({})).toContain('read at step 10, 640 samples');
    const since = 'the run is at step 12';
    const age = { trained: 'step 10, 640 samples', since };
    expect(line({ age })).toContain(`read at step 10, 640 samples; ${since}`);
    expect(line({ age, outdated: true, training: false })).toContain(
      `Read at step 10, 640 samples; ${since}.`,
    );
    expect(line({ age, outdated: true, changed: true })).toContain('the text has changed since');
  });
});

describe('faithfulness', () => {
  it('names the step of its models, one by one where they differ', () => {
    const run = createRun('run', 'Run', defaultPreset.config, 0);
    const at = (...steps: readonly number[]) =>
      measuredAt(
        run,
        steps.map((step, index) => ({ name: ['SASA', 'TopK'][index] ?? '', answer: { step } })),
      );
    const batch = run.config.training.train_batch_size_samples;
    expect(at(10, 10)).toBe(`made at ${trainedText(run, 10)}`);
    expect(trainedText(run, 10)).toBe(`step 10, ${formatInteger(10 * batch)} samples`);
    expect(at(10, 20)).toBe(
      `made at ${trainedText(run, 10)} of SASA; ${trainedText(run, 20)} of TopK`,
    );
  });

  const measured = (...tokens: readonly number[]) =>
    measuredOn(
      tokens.map((count, index) => ({
        index,
        name: ['SASA', 'TopK'][index] ?? '',
        answer: { tokens: count },
      })),
    );

  it('names the tokens of every model where they differ', () => {
    expect(measured(2048, 2048)).toBe('On 2048 held-out tokens');
    expect(measured(2048, 512)).toBe(
      'Not on the same tokens: SASA on 2048, TopK on 512 held-out tokens',
    );
  });
});
