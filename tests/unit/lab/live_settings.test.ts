/** What may change while a run goes, what a change makes of its settings, and what needs a new run. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { LabError } from '../../../src/base/lab_error';
import {
  changedSettings,
  liveChanges,
  needsRestart,
  sameRun,
  withLiveSettings,
} from '../../../src/lab/run/live_settings';
import { defaultPreset } from '../../../src/lab/run/presets';
import type { LiveSettings } from '../../../src/lab/run/live_settings';
import { parseRunConfig, type RunConfig } from '../../../src/lab/run/run_config';

const base = parseRunConfig(defaultPreset.config);

function withModel(index: number, changes: object): RunConfig {
  const models = base.models.map((model, other) =>
    other === index ? { ...model, ...changes } : model,
  );
  return parseRunConfig({ ...base, models });
}

const relative = (value: number) =>
  withModel(0, { nuclear_coefficient: undefined, nuclear_coefficient_relative: value });
const one = (model: number | null, setting: string, value: number): LiveSettings => [
  { model, setting, value },
];
const lr = { ...base, training: { ...base.training, lr: 1e-4 } };
const live = [
  base,
  lr,
  withModel(0, { nuclear_coefficient: 0.1 }),
  relative(0.01),
  relative(0.02),
  withModel(0, { k_groups: 2 }),
  withModel(1, { k: 8 }),
];
const anew = [
  { ...base, training: { ...base.training, seed: 1 } },
  { ...base, models: base.models.slice(0, 1) },
  withModel(0, { n_groups: 32 }),
  withModel(0, { nuclear_target: 'decoder' }),
];

/** The same settings with the keys the other way round. */
function turned(config: RunConfig): RunConfig {
  const turn = <T extends object>(group: T) =>
    Object.fromEntries(Object.entries(group).reverse()) as T;
  const { data, models, training } = config;
  return { training: turn(training), models: models.map(turn), data: turn(data) };
}

describe('settings that differ from a run that goes', () => {
  it('need no new run when they are lr, λ in either form, s or k', () => {
    for (const run of live) {
      for (const draft of live) {
        expect(needsRestart(run, draft)).toBe(false);
        expect(needsRestart(run, turned(draft))).toBe(false);
        expect(sameRun(run, turned(draft))).toBe(run === draft);
      }
    }
  });

  it('need one otherwise', () => {
    for (const draft of anew) {
      expect(needsRestart(base, draft)).toBe(true);
      expect(needsRestart(base, turned(draft))).toBe(true);
      expect(sameRun(base, draft)).toBe(false);
    }
  });
});

describe('a live change', () => {
  it('is each changed setting alone, with its model, and makes the one of the other', () => {
    for (const before of live) {
      for (const after of live) {
        const changes = liveChanges(before, after);
        expect(changes.length).toBe(changedSettings(before, after).length);
        const changed = changes.reduce(withLiveSettings, before);
        expect(changed).toEqual(after);
        // In the order of the run file's keys, as every run.
        expect(JSON.stringify(changed)).toBe(JSON.stringify(after));
      }
    }
    expect(liveChanges(base, lr)).toEqual([[{ model: null, setting: 'lr', value: 1e-4 }]]);
    expect(liveChanges(base, withModel(1, { k: 8 }))).toEqual([
      [{ model: 1, setting: 'k', value: 8 }],
    ]);
  });

  it('keeps λ in the form in which it was written', () => {
    expect(liveChanges(base, withModel(0, { nuclear_coefficient: 0.01 }))).toEqual([
      [{ model: 0, setting: 'nuclear_coefficient', value: 0.01 }],
    ]);
    expect(liveChanges(base, relative(0.02))).toEqual([
      [{ model: 0, setting: 'nuclear_coefficient_relative', value: 0.02 }],
    ]);
    expect(changedSettings(base, relative(0.02))).toEqual([
      { model: 0, setting: 'nuclear_coefficient_relative', from: null, to: 0.02 },
    ]);
    expect(changedSettings(relative(0.01), relative(0.02))).toEqual([
      { model: 0, setting: 'nuclear_coefficient_relative', from: 0.01, to: 0.02 },
    ]);
  });

  it('that the run file would not allow, or that the model has not, is refused by name', () => {
    const refused: readonly [LiveSettings, RegExp][] = [
      [one(null, 'lr', 7), /training\.lr/],
      [one(null, 'seed', 1), /training\.seed/],
      [one(0, 'k_groups', 65), /models\.0\.k_groups/],
      [one(0, 'n_groups', 32), /models\.0\.n_groups/],
      [one(0, 'nuclear_coefficient', -1), /models\.0\.nuclear_coefficient/],
      [one(1, 'nuclear_coefficient_relative', 0.1), /models\.1/],
    ];
    for (const [settings, name] of refused) {
      const change = () => withLiveSettings(base, settings);
      expect(change).toThrow(LabError);
      expect(change).toThrow(name);
    }
    expect(at(base.models, 0)).toMatchObject({ k_groups: 1, nuclear_coefficient: 0.003 });
  });
});
