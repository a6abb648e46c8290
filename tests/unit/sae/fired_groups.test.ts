/** How many groups a row has, counted from its codes: a group that wins the gate with a code of zeros has not fired. */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { runTwin } from '../../../src/sae/twin/executor';
import type { StepCase } from '../../../src/sae/architectures/cases';
import { randomStep } from './random_step';
import { floatsOf, twinBuffers } from './twin_step';

const model = { architecture: 'topk_sasa', n_groups: 5, group_rank: 3, k_groups: 2 } as const;

function firedGroups(test: Partial<StepCase>): number[] {
  const step = randomStep({ model, width: 4, batch: 3, ...test });
  const buffers = twinBuffers(step);
  runTwin(step.plan, buffers, step.uniforms);
  const stats = floatsOf(buffers, 'row_stats');
  return [0, 1, 2].map((row) => at(stats, row * 8 + 7));
}

it('counts the groups that have a code', () => {
  expect(firedGroups({})).toEqual([2, 2, 2]);
});

it('counts no group that won with nothing to say', () => {
  expect(firedGroups({ silent: true })).toEqual([0, 0, 0]);
});

it('counts codes where groups are single columns', () => {
  const topk = { architecture: 'topk', d_sae: 9, k: 4 } as const;
  expect(firedGroups({ model: topk, silent: true })).toEqual([0, 0, 0]);
});
