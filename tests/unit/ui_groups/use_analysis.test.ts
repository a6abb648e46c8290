/** When a page analyses a run by itself, and what it says instead when it does not. */
import { describe, expect, it } from 'vitest';
import { obstacleOf, type RunFacts } from '../../../src/ui/parts/use_analysis';

const run = (changes: Partial<RunFacts> = {}): RunFacts => ({
  id: 'run',
  status: 'finished',
  origin: 'session',
  inEngine: true,
  step: 100,
  opened: false,
  statistics: null,
  ...changes,
});

describe('an analysis starts by itself', () => {
  it.each(['paused', 'finished', 'stopped', 'failed'] as const)('for a run that is %s', (status) =>
    expect(obstacleOf(run({ status }))).toBeNull(),
  );

  it('for a run that waits with weights from a folder', () => {
    expect(obstacleOf(run({ status: 'paused', step: 0, opened: true }))).toBeNull();
  });

  it('for opened weights that could not be trained on', () => {
    const statistics = { width: 5, power: 1, meanNorm: 1, sampledRows: 8 };
    expect(obstacleOf(run({ status: 'failed', step: 0, opened: true, statistics }))).toBeNull();
  });

  it.each([
    ['there is no run', undefined, 'no_run'],
    ['it trains', run({ status: 'running' }), 'training'],
    ['it took no step', run({ status: 'paused', step: 0 }), 'untrained'],
    ['it failed before its first step', run({ status: 'failed', step: 0 }), 'failed'],
    ['its weights never opened', run({ status: 'failed', step: 0, opened: true }), 'failed'],
    ['it is a recording', run({ origin: 'recorded' }), 'recorded'],
    ['the engine lost it', run({ inEngine: false }), 'lost'],
  ])('but not when %s', (_when, facts, obstacle) => {
    expect(obstacleOf(facts)).toBe(obstacle);
  });
});
