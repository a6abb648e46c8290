/** A run's final evaluations: made once for a step, each as far as it is wanted, and never of two steps. */
import { describe, expect, it } from 'vitest';
import type { SourceRows, Split } from '../../../src/data/source';
import { LabError } from '../../../src/base/lab_error';
import { RunEvaluations, type EvaluatedModel } from '../../../src/lab/keep/run_evaluations';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { modelSchema } from '../../../src/sae/config';
import { codesOf } from '../analysis/worlds';

/** A run of one model with two latents, how often its rows were read and by which split, and the rows it encoded. */
function runOf() {
  const axes = Float32Array.of(1, 0, 0, 1);
  const config = modelSchema.parse({ architecture: 'topk', d_sae: 2, k: 2 });
  const weights = {
    groups: 2,
    rank: 1,
    width: 2,
    encoder: axes,
    decoder: axes,
    encoderBias: new Float32Array(2),
    decoderBias: new Float32Array(2),
  };
  const reads: Split[] = [];
  const encoded: number[] = [];
  const encode = (x: Float32Array, rows: number) => {
    const units = Array.from({ length: rows }, (_, row) =>
      [0, 1].flatMap((unit) => {
        const code = x[2 * row + unit] ?? 0;
        // Half of what least squares gives.
        return code > 0 ? [{ group: unit, code: [code / 2] }] : [];
      }),
    );
    const errors = units.map(
      (_, row) => (x[2 * row] ?? 0) ** 2 / 4 + (x[2 * row + 1] ?? 0) ** 2 / 4,
    );
    return Promise.resolve({
      codes: codesOf(2, 1, units),
      squaredError: Float32Array.from(errors),
    });
  };
  const run = {
    step: 10,
    modelConfig: () => config,
    source: {
      label: 'rows',
      description: 'rows',
      width: 2,
      size: { train: 300, held_out: 200, all: 500 },
      stream: () => Promise.reject(new RangeError('nothing trains here')),
      read: (split: Split, start: number, wanted: number): SourceRows => {
        const count = Math.min(wanted, (split === 'train' ? 300 : 200) - start);
        reads.push(split);
        const x = Float32Array.from({ length: 2 * count }, (_, i) => ((start + i) * 7) % 11);
        return { count, x, rowIds: new Uint32Array(count) };
      },
    },
    steady: () =>
      Promise.resolve({
        step: run.step,
        config,
        weights,
        lambda: null,
        inputScale: 1,
        encode: (x: Float32Array, rows: number) => {
          encoded.push(rows);
          return encode(x, rows);
        },
        destroy: () => undefined,
      }),
    wider: () => () => Promise.resolve({ encode, destroy: () => undefined }),
  };
  return { run, reads, encoded, evaluations: new RunEvaluations(run as never) };
}

function reportOf({ report }: EvaluatedModel): ModelReport {
  if (report instanceof LabError) throw report;
  return report;
}

describe('final evaluations of a run', () => {
  it('measure bits only where they are wanted, and know them from then on', async () => {
    const { evaluations, reads } = runOf();
    const plain = await evaluations.of(0, {});
    expect(plain.report).not.toHaveProperty('bits_rows');
    expect(new Set(reads)).toEqual(new Set(['held_out']));
    const measured = await evaluations.of(0, { bits: true });
    expect(measured.report).toMatchObject({
      ...reportOf(plain),
      bits_rows: { training: 300, evaluated: 200, judged: 200 },
    });
    const before = reads.length;
    // What is exported from now on has them too.
    expect(await evaluations.of(0, {})).toBe(measured);
    expect(reads).toHaveLength(before);
  });

  it('evaluate a run that went on before its bits were measured at its later step', async () => {
    const { run, evaluations } = runOf();
    await evaluations.of(0, {});
    const measured = evaluations.of(0, { bits: true });
    run.step = 12;
    expect((await measured).step).toBe(12);
    expect((await measured).report).toHaveProperty('rows', 200);
    expect((await measured).report).toHaveProperty('bits_rows');
  });

  it('measure codes by least squares with their bits beside those of the model, and know them from then on', async () => {
    const { evaluations, reads, encoded } = runOf();
    const bits = await evaluations.of(0, { bits: true });
    encoded.length = 0;
    const fitted = await evaluations.of(0, { codes: true });
    // Of its 200 held-out and 300 training rows none twice, though the fit and its bits both begin with their codes.
    expect(encoded).toEqual([200, 300]);
    const { codes, ...plain } = reportOf(fitted);
    expect(plain).toEqual(reportOf(bits));
    expect(codes?.least_squares.explained_variance).toBeGreaterThan(plain.explained_variance ?? 1);
    expect(codes?.least_squares.bits_rows).toEqual(plain.bits_rows);
    const before = reads.length;
    expect(await evaluations.of(0, { bits: true })).toBe(fitted);
    expect(await evaluations.of(0, {})).toBe(fitted);
    expect(reads).toHaveLength(before);
  });

  it('measure codes by least squares of a run that went on at its later step, with all the rest', async () => {
    const { run, evaluations } = runOf();
    await evaluations.of(0, { bits: true });
    const fitted = evaluations.of(0, { codes: true });
    run.step = 12;
    expect((await fitted).step).toBe(12);
    expect((await fitted).report).toMatchObject({ rows: 200, codes: {}, bits_rows: {} });
  });

  it('leave the plain evaluation when bits are given up', async () => {
    const { evaluations } = runOf();
    const plain = await evaluations.of(0, {});
    const controller = new AbortController();
    const measured = evaluations.of(0, { bits: true, signal: controller.signal });
    controller.abort();
    await expect(measured).rejects.toMatchObject({ code: 'cancelled' });
    expect(await evaluations.of(0, {})).toBe(plain);
  });
});
