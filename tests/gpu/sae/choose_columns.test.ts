/** The second level of a gate alone, on rows whose columns can be sorted by eye: ties, units that leave, empty places. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { openPlan } from '../../../src/gpu/open_plan';
import type { Plan } from '../../../src/gpu/plan';
import { chooseColumnsPass } from '../../../src/sae/choose_columns';
import { modelSchema } from '../../../src/sae/config';
import { layoutOf, type KernelVariant } from '../../../src/sae/layout';
import { stepUniforms } from '../../../src/sae/schedule';
import { allocateTwin, runTwin } from '../../../src/sae/twin/executor';
import { testDevice } from '../adapter';

const TOKENS = 77;
const NONE = 0xffffffff;
const config = modelSchema.parse({
  architecture: 'topk_sasa',
  n_groups: 4,
  group_rank: 2,
  k_groups: 4,
  k_columns: 3,
  aux_loss: 'none',
});

/** Every column reads one number of the row. */
const read = [0, 1, 2, 3, 0, 0, 1, 3];
const norms = [1, 1, 2, 1, 1, 1, 0.125, 0.125];

interface Row {
  readonly x: readonly number[];
  readonly units: readonly number[];
  readonly expected: readonly (readonly [unit: number, ...codes: number[]])[];
}

const rows: readonly Row[] = [
  {
    // Keys 1 3 | 2 0 | 1 1 | .4 0: the third place goes to the lowest of the columns with 1.
    x: [1, -3, 1, 0],
    units: [0, 1, 2, 3],
    expected: [
      [0, 1, -3],
      [1, 1, 0],
    ],
  },
  {
    // Keys 2 0 | 0 1 | 2 2 | 0 .1: a unit in the middle leaves.
    x: [2, 0, 0, 1],
    units: [0, 1, 2, 3],
    expected: [
      [0, 2, 0],
      [2, 2, 2],
    ],
  },
  { x: [0, 0, 0, 0], units: [0, 1, 2, 3], expected: [] },
  // There are places for more columns than there are; the columns of unit 3 are 0.
  { x: [0, 0, -1, 0], units: [1, 3], expected: [[1, -1, 0]] },
];

function setting(variant: KernelVariant) {
  const layout = layoutOf(config, 4, rows.length, variant);
  const pass = chooseColumnsPass(layout, 3, { variant, training: true, useBias: false });
  const contents = {
    rows: rows.flatMap(({ x }) => x),
    encoder: read.flatMap((column) => [0, 1, 2, 3].map((c) => Number(c === column))),
    biases: new Array<number>(layout.biasLength).fill(0),
    active_units: rows.flatMap(({ units }) => [...units, NONE, NONE].slice(0, 4)),
    coefs: new Array<number>(layout.coefsLength).fill(7),
    decoder_norms: norms,
    fired: new Array<number>(layout.firedLength).fill(0),
    last_fired: [0, 0, 0, 0],
  };
  const words = ['active_units', 'fired', 'last_fired'];
  const plan: Plan = {
    name: 'columns',
    uniform: stepUniforms,
    buffers: Object.entries(contents).map(([name, { length }]) => ({
      name,
      type: words.includes(name) ? 'u32' : 'f32',
      length,
      shape: '',
    })),
    imports: [],
    clears: [],
    passes: [pass],
  };
  const uniforms = Object.fromEntries(stepUniforms.fields.map(([name]) => [name, 0]));
  return { plan, contents, uniforms: { ...uniforms, tokens_seen: TOKENS, one: 1 } };
}

type Found = Readonly<Record<'active_units' | 'coefs' | 'fired' | 'last_fired', ArrayLike<number>>>;

async function onGpu(variant: KernelVariant): Promise<Found> {
  const { plan, contents, uniforms } = setting(variant);
  const device = await testDevice();
  const { own, runner, destroy } = await openPlan(device, plan, new Map());
  runner.setUniforms(0, uniforms);
  runner.upload();
  for (const { name, type } of plan.buffers) {
    const values = contents[name as keyof typeof contents];
    own.write(name, type === 'u32' ? Uint32Array.from(values) : Float32Array.from(values));
  }
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  runner.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const [units, coefs, fired, lastFired] = await Promise.all(
    ['active_units', 'coefs', 'fired', 'last_fired'].map((name) => own.read(name)),
  );
  destroy();
  return {
    active_units: new Uint32Array(units ?? []),
    coefs: new Float32Array(coefs ?? []),
    fired: new Uint32Array(fired ?? []),
    last_fired: new Uint32Array(lastFired ?? []),
  };
}

function onTwin(): Found {
  const { plan, contents, uniforms } = setting('direct');
  const buffers = allocateTwin(plan);
  for (const [name, values] of Object.entries(contents)) buffers.get(name)?.set(values);
  runTwin(plan, buffers, uniforms);
  const named = (name: string) => buffers.get(name) ?? [];
  return {
    active_units: named('active_units'),
    coefs: named('coefs'),
    fired: named('fired'),
    last_fired: named('last_fired'),
  };
}

describe.each([
  ['direct', () => onGpu('direct')],
  ['tiled', () => onGpu('tiled')],
  ['float64', () => Promise.resolve(onTwin())],
] as const)('columns of a row, %s', (_name, run) => {
  it('stay as a sort by eye says, and units without one are off', async () => {
    const found = await run();
    rows.forEach(({ expected }, row) => {
      const places = [0, 1, 2, 3].map((slot) => 4 * row + slot);
      expect(places.map((place) => at(found.active_units, place))).toEqual(
        places.map((_, slot) => expected[slot]?.[0] ?? NONE),
      );
      expect(places.flatMap((place) => [0, 1].map((i) => at(found.coefs, 2 * place + i)))).toEqual(
        places.flatMap((_, slot) => expected[slot]?.slice(1) ?? [0, 0]),
      );
    });
    // Rows as bits.
    expect([0, 1, 2, 3].map((unit) => at(found.fired, unit))).toEqual([0b0011, 0b1001, 0b0010, 0]);
    expect([0, 1, 2, 3].map((unit) => at(found.last_fired, unit))).toEqual([
      TOKENS,
      TOKENS,
      TOKENS,
      0,
    ]);
  });
});
