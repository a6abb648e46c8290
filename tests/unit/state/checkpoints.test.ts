/** Which checkpoints of a run can be looked at, the run as it was then, and what is kept of answers about them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { RunProbe, ShapeState } from '../../../src/lab/protocol/protocol';
import { defaultPreset } from '../../../src/lab/run/presets';
import {
  forgetCheckpoint,
  lookedAt,
  pastSteps,
  probeCheckpoint,
  runAt,
} from '../../../src/state/checkpoints';
import { EngineClient } from '../../../src/state/engine_client';
import {
  cardKey,
  checkpointKey,
  keepAnswer,
  modelKey,
  questionOf,
  useQuestions,
} from '../../../src/state/questions';
import { applyEvent, createRun, withPast, type Run } from '../../../src/state/run_record';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';
import { groupCard } from '../ui_groups/rows';

const kept = (
  run: Run,
  checkpoints: readonly number[],
  step = at(checkpoints, checkpoints.length - 1),
) => applyEvent(run, { kind: 'kept', runId: run.id, step, checkpoints });
const metricsUntil = (last: number) =>
  Array.from({ length: last / 10 }, (_, i) => 10 * (i + 1)).flatMap((step) =>
    [0, 1].map((model) => ({
      model,
      step,
      samples: 256 * step,
      seconds: step / 100,
      values: { 'losses/mse_loss': 1 / step + model },
      rankHistogram: [0, step],
    })),
  );
const newRun = () => createRun('r', 'Run 1', defaultPreset.config, 0);

beforeEach(() => useQuestions.setState(useQuestions.getInitialState(), true));

describe('steps to look at', () => {
  it('are those of the checkpoints before the present, where there are two checkpoints or more', () => {
    const run = { ...newRun(), step: 120 };
    expect(pastSteps(run)).toEqual([]);
    expect(pastSteps(kept(run, [10]))).toEqual([]);
    expect(pastSteps(kept(run, [10, 30, 100]))).toEqual([10, 30, 100]);
    // The latest is the run as it is now.
    expect(pastSteps({ ...kept(run, [10, 30, 100]), step: 100 })).toEqual([10, 30]);
  });

  it('are as the engine says last: what thinned out is gone, and so is what lay beyond a state gone back to', () => {
    const run = { ...newRun(), step: 400 };
    const later = kept(kept(run, [10, 30, 100]), [10, 100, 300]);
    expect(pastSteps(later)).toEqual([10, 100, 300]);
    const past = { step: 100, seconds: 1, records: [], changes: [], before: null, reports: [] };
    expect(withPast(later, past, later.settings).kept?.checkpoints).toEqual([10, 100]);
  });

  it('stand for a step that is not among them: the nearest in the logarithm', () => {
    expect(lookedAt([10, 100, 1000], null)).toBeNull();
    expect(lookedAt([], 10)).toBeNull();
    expect([100, 40, 20, 5, 400, 9000].map((step) => lookedAt([10, 100, 1000], step))).toEqual([
      100, 100, 10, 10, 1000, 1000,
    ]);
  });
});

it('gives the run as it was: its step, what was logged until then, and what the probe found', () => {
  const live = applyEvent(newRun(), { kind: 'metrics', runId: 'r', records: metricsUntil(200) });
  const run = { ...live, step: 200, samples: 51_200 };
  const shape = { name: 'circle', units90: 7 } as ShapeState;
  const still = { name: 'sphere', units90: 0 } as ShapeState;
  const probe: RunProbe = {
    step: 35,
    shapes: [{ model: 0, step: 35, rows: 8192, shapes: [shape, still] }],
    labels: null,
  };
  const then = runAt(run, probe);
  expect(then).toMatchObject({ step: 35, samples: 35 * 256, name: 'Run 1' });
  const [first, second] = then.models;
  expect(first?.metrics.last('losses/mse_loss')).toBeCloseTo(1 / 30, 12);
  expect(second?.metrics.last('losses/mse_loss')).toBeCloseTo(1 / 30 + 1, 12);
  expect(first?.metrics.steps.last()).toBe(30);
  expect([...(first?.metrics.rankCounts.view() ?? [])]).toEqual([0, 10, 0, 20, 0, 30]);
  expect(first?.shapes?.shapes).toEqual([shape, still]);
  expect(first?.shapeHistory.meanUnits.last()).toBe(7);
  expect(second?.shapes).toBeNull();
  // The run itself is as it was.
  expect(run.models[0]?.metrics.steps.last()).toBe(200);
});

describe('what is said of a checkpoint', () => {
  it('is kept by step, and dropped when the checkpoint is written anew', () => {
    const about = { runId: 'r', model: 0 };
    const card = groupCard({ step: 30 });
    for (const checkpoint of [3, 30]) {
      const probe = { step: checkpoint, shapes: null, labels: null };
      const of = { runId: 'r', checkpoint };
      keepAnswer('probe_checkpoint', checkpointKey('r', checkpoint), of, probe);
      const asked = { ...about, checkpoint, group: 1 };
      keepAnswer('group_card', cardKey('r', 0, 1, checkpoint), asked, card);
    }
    keepAnswer('group_card', cardKey('r', 0, 1), { ...about, group: 1 }, card);
    forgetCheckpoint('r', 3);
    forgetCheckpoint('other', 30);
    const state = useQuestions.getState();
    expect(Object.keys(state.probe_checkpoint ?? {})).toEqual(['r@30']);
    expect(Object.keys(state.group_card ?? {})).toEqual(['r/0@30#1', 'r/0#1']);
  });

  it('is bounded: the oldest go', async () => {
    const fake = new FakeEngine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER });
    const client = new EngineClient(() => fake);
    const { config } = newRun();
    client.send({ kind: 'start', runId: 'r', config });
    for (let checkpoint = 1; checkpoint <= 30; checkpoint++) {
      await probeCheckpoint(client, { runId: 'r', checkpoint });
    }
    const keys = Object.keys(useQuestions.getState().probe_checkpoint ?? {});
    expect(keys).toHaveLength(24);
    expect(keys[0]).toBe('r@7');
    const { answer } = questionOf(useQuestions.getState(), 'probe_checkpoint', 'r@30');
    expect(answer?.step).toBe(30);
    expect(answer?.shapes?.map(({ step }) => step)).toEqual([30, 30]);
    fake.terminate();
  });

  it('has a name apart from what is said of the run as it is now', () => {
    expect(modelKey('r', 1)).toBe('r/1');
    expect(modelKey('r', 1, 0)).toBe('r/1@0');
    expect(cardKey('r', 1, 4, 30)).toBe('r/1@30#4');
  });
});
