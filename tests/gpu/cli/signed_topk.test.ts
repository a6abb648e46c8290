/**
 * Signed TopK on the command line: it trains to the bytes of SASA with blocks of rank 1 and no penalty, and its folder is
 * one of SASA that means the same.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { explained, json, lab, makeRows, path, removeRows, report, writeRun } from './tiny_rows';

beforeAll(makeRows);
afterAll(removeRows);

const SIGNED = { architecture: 'topk_signed', name: 'same', d_sae: 8, k: 3 };
const GROUPS = {
  architecture: 'topk_sasa',
  name: 'same',
  n_groups: 8,
  group_rank: 1,
  k_groups: 3,
  nuclear_coefficient: 0,
};

it('is SASA with r = 1 and λ = 0, in training and in its folder', async () => {
  for (const [name, model] of [
    ['signed', SIGNED],
    ['groups', GROUPS],
  ] as const) {
    const run = writeRun(`${name}.json`, [model], {
      training_samples: 16 * 40,
      max_grad_norm: 0.5,
    });
    expect((await lab(['train', '--config', run, '--out', path(name)])).code).toBe(0);
  }
  const [signed, groups] = ['signed', 'groups'].map((name) =>
    readFileSync(path(`${name}/sae_weights.safetensors`)),
  );
  expect(signed?.equals(groups ?? Buffer.of())).toBe(true);
  const withoutAccount = (name: string) => ({
    ...(json(`${name}/cfg.json`) as object),
    metadata: null,
  });
  expect(withoutAccount('signed')).toEqual(withoutAccount('groups'));
  expect(withoutAccount('signed')).toMatchObject({ architecture: 'topk_sasa', group_rank: 1 });

  const { code, out } = await lab(['eval', '--model', path('signed'), '--data', path('x.npy')]);
  expect(code).toBe(0);
  const again = JSON.parse(out) as ModelReport;
  const trained = report('signed/report.json');
  expect(again.l0).toBe(trained.l0);
  expect(Math.abs(explained(again) - explained(trained))).toBeLessThan(1e-5);
  expect(explained(again)).toBeGreaterThan(0.3);
});
