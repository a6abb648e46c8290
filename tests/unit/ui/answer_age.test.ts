/**
 * Answers say of which model they are: how far it was trained, and what became of it since. Driven by the scripted
 * engine where a live change makes an earlier answer one of another model.
 */
import { Tooltip } from 'radix-ui';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultPreset } from '../../../src/lab/run/presets';
import type { SettingChange } from '../../../src/lab/run/live_settings';
import { EngineClient } from '../../../src/state/engine_client';
import { evaluateRun } from '../../../src/state/final_evaluations';
import { modelKey, pose, questionOf, useQuestions } from '../../../src/state/questions';
import { createRun, type Run } from '../../../src/state/run_record';
import { changeLive, followEngine, runOf, startRun, useRuns } from '../../../src/state/runs_store';
import { HeldOutTable } from '../../../src/ui/pages/diagnose/HeldOutTable';
import { changedText, sinceText, trainedText } from '../../../src/ui/parts/answer_age';
import { standingOf } from '../../../src/ui/parts/held_out';
import { formatInteger } from '../../../src/ui/plots/format';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';
import { diagnosis } from '../ui_diagnose/diagnoses';

const change = (setting: SettingChange['setting'], from: number | null, to: number) => ({
  step: 4,
  model: setting === 'lr' ? null : 0,
  setting,
  from,
  to,
  lambda: null,
});

function runAt(step: number, changes: readonly SettingChange[] = []): Run {
  return { ...createRun('run', 'Run', defaultPreset.config, 0), step, changes };
}

const made = (step: number, changes = 0) => [{ model: 0, step, changes }];

describe('the age of an answer', () => {
  it('counts steps and samples, those of opened weights too', () => {
    const run = runAt(10);
    const batch = run.config.training.train_batch_size_samples;
    expect(trainedText(run, 10)).toBe(`step 10, ${formatInteger(10 * batch)} samples`);
    const [model] = run.models;
    if (model === undefined) throw new Error('no model');
    const before = { ...model.before, steps: 100, samples: 6400 };
    const opened = { ...run, models: [{ ...model, before }] };
    expect(trainedText(opened, 10)).toMatch(/^step 110, /);
  });

  it('is none while nothing has changed', () => {
    expect(sinceText(runAt(10), made(10))).toBeNull();
    expect(sinceText(runAt(10), [])).toBeNull();
  });

  it('names the step where the run has gone on', () => {
    expect(sinceText(runAt(20), made(10))).toBe('the run is at step 20');
  });

  it('names a setting of the model that is another now, at the same step too', () => {
    const run = runAt(10, [change('k_groups', 1, 2)]);
    expect(sinceText(run, made(10))).toBe('s of SASA went from 1 to 2');
    expect(sinceText(run, made(10, 1))).toBeNull();
    const relative = runAt(10, [change('nuclear_coefficient', null, 0.3)]);
    expect(changedText(relative, made(10))).toBe('λ of SASA went from not set to 0.3');
  });

  it('takes changes of one setting together, and none for one that was taken back', () => {
    const twice = runAt(10, [change('k_groups', 1, 2), change('k_groups', 2, 3)]);
    expect(changedText(twice, made(10))).toBe('s of SASA went from 1 to 3');
    const back = runAt(10, [change('k_groups', 1, 2), change('k_groups', 2, 1)]);
    expect(changedText(back, made(10))).toBeNull();
  });

  it('leaves out changes of the training and of other models', () => {
    const run = runAt(10, [change('lr', 1, 2), { ...change('k_groups', 1, 2), model: 1 }]);
    expect(changedText(run, made(10))).toBeNull();
  });
});

describe('after a live change of a paused run', () => {
  let client: EngineClient;
  const id = () => Object.keys(useRuns.getState().runs)[0] ?? '';
  const run = () => {
    const found = runOf(id());
    if (found === undefined) throw new Error('no run');
    return found;
  };
  const evaluations = () =>
    run().models.map(({ index }) =>
      questionOf(useQuestions.getState(), 'evaluate', modelKey(id(), index)),
    );

  beforeEach(async () => {
    useRuns.setState(useRuns.getInitialState());
    useQuestions.setState(useQuestions.getInitialState(), true);
    client = new EngineClient(
      () => new FakeEngine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER }),
    );
    followEngine(client);
    startRun(client, defaultPreset.config, { paused: true });
    client.send({ kind: 'step', runId: id() });
    await expect.poll(() => run().step).toBe(1);
  });

  it.each([
    ['s', [{ model: 0, setting: 'k_groups', value: 2 }]],
    ['λ', [{ model: 0, setting: 'nuclear_coefficient', value: 0.5 }]],
  ])(
    'a held-out evaluation is of before the change of %s until it is made anew',
    async (name, live) => {
      await evaluateRun(client, run());
      expect(standingOf(run(), evaluations())).toMatchObject({ current: true, changed: null });
      changeLive(client, id(), live);
      await expect.poll(() => run().changes.length).toBeGreaterThan(0);
      const standing = standingOf(run(), evaluations());
      expect(standing.current).toBe(false);
      expect(standing.changed).toMatch(new RegExp(`^${name}\\S* of SASA went from .* to `));
      await evaluateRun(client, run());
      expect(standingOf(run(), evaluations())).toMatchObject({ current: true, changed: null });
    },
  );

  it('says so of what was asked on the Text page', async () => {
    const key = modelKey(id(), 0);
    await pose(client, 'splice', key, { runId: id(), model: 0, tokens: 512 });
    const asked = () => questionOf(useQuestions.getState(), 'splice', key);
    const since = () => {
      const { answer, changes } = asked();
      return sinceText(run(), [{ model: 0, step: answer?.step ?? -1, changes }]);
    };
    expect(since()).toBeNull();
    changeLive(client, id(), [{ model: 0, setting: 'k_groups', value: 2 }]);
    await expect.poll(since).toBe('s of SASA went from 1 to 2');
    client.send({ kind: 'step', runId: id() });
    await expect.poll(since).toContain('the run is at step 2 and s of SASA');
  });
});

describe('the held-out table', () => {
  it('says what was set otherwise since, and stands back', () => {
    const report = {
      rows: 100,
      split: 'held_out' as const,
      explained_variance: 0.5,
      mse: 1,
      l0: 4,
      dead_groups: 0,
    };
    const answer = { step: 10, featureNames: [], analysedRows: 100, split: 'held_out' as const };
    const models = runAt(10)
      .models.slice(0, 1)
      .map((model) => ({ ...answer, model, diagnosis: diagnosis() }));
    const page = renderToStaticMarkup(
      createElement(
        Tooltip.Provider,
        null,
        createElement(HeldOutTable, {
          models,
          view: {
            answers: [{ model: 0, step: 10, report }],
            progress: null,
            error: null,
            possible: true,
            fittable: true,
            current: false,
            costed: false,
            fitting: false,
            changed: 's of SASA went from 1 to 2',
            start: () => undefined,
            fit: () => undefined,
            cancel: () => undefined,
          },
        }),
      ),
    );
    expect(page).toContain('after step 10; s of SASA went from 1 to 2 since');
    expect(page).toContain('data-old="true"');
  });
});
