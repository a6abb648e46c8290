/** A gate of two levels in a whole step: what changes by it, and what does not where all columns stay. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { architectureOf, modelSchema } from '../../../src/sae/config';
import { forwardPlan } from '../../../src/sae/forward_plan';
import { layoutOf } from '../../../src/sae/layout';
import { stepPlan } from '../../../src/sae/step_plan';
import { runTwin } from '../../../src/sae/twin/executor';
import { randomStep } from './random_step';
import { floatsOf, twinBuffers, wordsOf } from './twin_step';

const sasa = { architecture: 'topk_sasa', n_groups: 9, group_rank: 3, k_groups: 4 } as const;
const model = (settings: object) => modelSchema.parse({ ...sasa, ...settings });

describe('all columns', () => {
  it.each([{}, { score: 'decoded_energy' }, { nuclear_target: 'decoder' }])(
    'are no level at all with %o: the same passes over the same buffers',
    (settings) => {
      for (const variant of ['direct', 'tiled'] as const) {
        const step = (config: typeof all) =>
          stepPlan({ config, width: 17, batch: 33, variant, clip: false });
        const [all, plain] = [model({ ...settings, k_columns: 12 }), model(settings)];
        expect(step(all)).toEqual(step(plain));
        expect(forwardPlan(all, 17, 33, variant)).toEqual(forwardPlan(plain, 17, 33, variant));
        expect(step(model({ ...settings, k_columns: 11 }))).not.toEqual(step(plain));
      }
    },
  );
});

it('makes alive, and lists, only groups that keep a column', () => {
  const step = randomStep({ model: { ...sasa, k_columns: 2 }, width: 17, batch: 3, dead: 'none' });
  const buffers = twinBuffers(step);
  const before = wordsOf(buffers, 'last_fired').slice();
  // What the first level lets through.
  const select = step.plan.passes.findIndex(({ name }) => name === 'select groups');
  const first = twinBuffers(step);
  runTwin({ ...step.plan, passes: step.plan.passes.slice(0, select + 1) }, first, step.uniforms);
  const through = new Set(wordsOf(first, 'active_units').subarray(0, 12));
  runTwin(step.plan, buffers, step.uniforms);
  const { main, words, groups } = step.layout;
  const codes = floatsOf(buffers, 'coefs').subarray(0, main.capacity * 3);
  expect(codes.filter((code) => code !== 0)).toHaveLength(3 * 2);
  const keeps = new Set<number>();
  wordsOf(buffers, 'active_units')
    .subarray(0, main.capacity)
    .forEach((unit, place) => {
      const own = codes.subarray(3 * place, 3 * place + 3);
      expect(own.some((code) => code !== 0)).toBe(unit !== 0xffffffff);
      if (unit !== 0xffffffff) keeps.add(unit);
    });
  expect([...through].some((unit) => !keeps.has(unit))).toBe(true);
  const after = wordsOf(buffers, 'last_fired');
  for (let unit = 0; unit < groups; unit += 1) {
    const tokens = keeps.has(unit) ? step.uniforms['tokens_seen'] : at(before, unit);
    expect(at(after, unit)).toBe(tokens);
    expect(at(wordsOf(buffers, 'fired'), unit * words) !== 0).toBe(keeps.has(unit));
  }
});

it('leaves the same share of the columns on where a wider gate is asked for', () => {
  const config = model({ k_columns: 5 });
  const gate = architectureOf(config).gate(config);
  const columns = (slots: number) =>
    layoutOf(config, 17, 3, 'direct', { gate, slots }).main.columns;
  expect([2, 4, 8].map(columns)).toEqual([3, 5, 10]);
});

describe('settings', () => {
  const broken = (settings: object) => {
    const config = model(settings);
    return architectureOf(config).rules(config);
  };

  it('may not ask for more columns than the active groups have', () => {
    expect(broken({ k_columns: 12 })).toEqual([]);
    expect(broken({ k_columns: 13 })).toEqual([
      {
        setting: 'k_columns',
        sentence: 'is 13; it must be a whole number from 1 to `k_groups` × `group_rank` (12)',
      },
    ]);
    // As when the number of groups falls while a run goes.
    expect(broken({ k_columns: 12, k_groups: 3 })).toHaveLength(1);
  });

  it('choose among 512 columns at most', () => {
    const wide = { n_groups: 600, group_rank: 4, k_groups: 129, aux_loss: 'none' };
    expect(broken({ ...wide, k_columns: 100 }).map(({ sentence }) => sentence)).toEqual([
      'chooses among `k_groups` × `group_rank` = 516 columns; it must be among at most 512',
    ]);
    expect(broken({ ...wide, k_groups: 128, k_columns: 100 })).toEqual([]);
    expect(broken(wide)).toEqual([]);
  });

  it('warn of a loose gate by the columns that stay', () => {
    const warnings = (settings: object) => {
      const config = model(settings);
      return architectureOf(config).warnings(config, 10);
    };
    expect(warnings({})).toHaveLength(1);
    expect(warnings({ k_columns: 10 })).toHaveLength(1);
    expect(warnings({ k_columns: 9 })).toEqual([]);
  });
});
