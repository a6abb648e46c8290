/** The passes of a gate alone, on scores that are given: what it lists, batch after batch. */
import { at } from '../../../src/base/array';
import { openPlan, type OpenPlan } from '../../../src/gpu/open_plan';
import type { Gate } from '../../../src/sae/architectures/architecture';
import type { ModelConfig } from '../../../src/sae/config';
import { workBuffers } from '../../../src/sae/forward_plan';
import { gatePasses } from '../../../src/sae/gate_passes';
import { layoutOf, type KernelVariant, type ModelLayout } from '../../../src/sae/layout';
import { stepUniforms } from '../../../src/sae/schedule';

/** A unit that a row lists, with its code. */
export type Entry = readonly [unit: number, code: number];

export interface GateSetting {
  readonly config: ModelConfig;
  readonly gate: Gate;
  readonly rows: number;
  readonly variant: KernelVariant;
  readonly capacity?: number;
  /** One for all units, or one each. */
  readonly thresholds?: readonly number[];
  readonly bandwidth?: number;
}

export interface Listed {
  /** By row; a row of which not all entries have a place in the list is null. */
  readonly rows: readonly (readonly Entry[] | null)[];
  /** Places of the rows together, whether or not the list has them. */
  readonly places: number;
  /** Rows in which a unit is marked to have fired, [units]. */
  readonly fired: readonly (readonly number[])[];
  /** The counter at which a unit was last marked alive, [units]. */
  readonly lastFired: readonly number[];
  /** The first of the thresholds. */
  readonly threshold: number;
}

/** What the counter of tokens says in every batch. */
export const TOKENS = 77;
const EMPTY = 0xffffffff;
/** Stands in every place before a batch, so that what was not written is told from what was. */
const SPOILED = 0xdead;

export class GateRun {
  private constructor(
    private readonly device: GPUDevice,
    private readonly layout: ModelLayout,
    private readonly opened: OpenPlan,
  ) {}

  static async open(device: GPUDevice, setting: GateSetting): Promise<GateRun> {
    const { config, gate, rows, variant, capacity, thresholds = [0] } = setting;
    const layout = layoutOf({ ...config, aux_coefficient: 0 }, 1, rows, variant, {
      gate,
      capacity,
    });
    const { groups } = layout;
    const opened = await openPlan(
      device,
      {
        name: 'gate',
        uniform: stepUniforms,
        buffers: [
          ...workBuffers(layout, 1),
          { name: 'last_fired', type: 'u32', length: groups, shape: '[K]' },
          { name: 'thresholds', type: 'f32', length: thresholds.length, shape: '[K] or [1]' },
        ],
        imports: [],
        // As in a step of training.
        clears: ['fired', ...(layout.gate.found > 0 ? ['gate'] : [])],
        passes: gatePasses(layout, gate, {
          variant,
          training: true,
          thresholdStride: thresholds.length === 1 ? 0 : 1,
        }),
      },
      new Map(),
    );
    const uniforms = Object.fromEntries(stepUniforms.fields.map(([name]) => [name, 0]));
    const { bandwidth = 0 } = setting;
    opened.runner.setUniforms(0, { ...uniforms, tokens_seen: TOKENS, bandwidth, one: 1 });
    opened.runner.upload();
    opened.own.write('thresholds', Float32Array.from(thresholds));
    return new GateRun(device, layout, opened);
  }

  /** Scores [rows, units] through the gate. */
  async list(scores: readonly (readonly number[])[]): Promise<Listed> {
    const { own, runner } = this.opened;
    const { groups, activeLength, coefsLength, batch, words, main } = this.layout;
    own.write('scores', Float32Array.from(scores.flat()));
    own.write('active_units', new Uint32Array(activeLength).fill(SPOILED));
    own.write('coefs', new Float32Array(coefsLength).fill(NaN));
    own.write('last_fired', new Uint32Array(groups));
    const encoder = this.device.createCommandEncoder();
    runner.recordClears(encoder);
    const pass = encoder.beginComputePass();
    runner.record(pass);
    pass.end();
    this.device.queue.submit([encoder.finish()]);
    const [active, coefs, fired, lastFired, thresholds] = await Promise.all(
      ['active_units', 'coefs', 'fired', 'last_fired', 'thresholds'].map((name) => own.read(name)),
    );
    const units = new Uint32Array(active ?? []);
    const codes = new Float32Array(coefs ?? []);
    const starts = Array.from({ length: batch + 1 }, (_, row) =>
      main.ragged ? at(units, main.rowStart + row) : row * main.slots,
    );
    const bits = new Uint32Array(fired ?? []);
    return {
      rows: scores.map((_, row) => {
        const [begin, end] = [at(starts, row), at(starts, row + 1)];
        if (end > main.capacity) return null;
        const places = Array.from({ length: end - begin }, (_place, i) => begin + i);
        if (main.ragged && places.some((place) => at(units, main.rowOf + place) !== row)) {
          throw new RangeError(`a place of row ${row} says that it belongs to another`);
        }
        return places
          .filter((place) => at(units, place) !== EMPTY)
          .map((place): Entry => [at(units, place), at(codes, place)]);
      }),
      places: at(starts, batch),
      fired: Array.from({ length: groups }, (_, unit) =>
        scores
          .map((_row, row) => row)
          .filter((row) => ((at(bits, unit * words + (row >> 5)) >>> (row % 32)) & 1) === 1),
      ),
      lastFired: [...new Uint32Array(lastFired ?? [])].slice(0, groups),
      threshold: at(new Float32Array(thresholds ?? []), 0),
    };
  }

  destroy(): void {
    this.opened.destroy();
  }
}
