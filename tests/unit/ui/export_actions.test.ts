/** Saving a model from the page: what the file lacks is told beside it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Event } from '../../../src/lab/protocol/protocol';
import { engine, setWorkerFactory } from '../../../src/state/engine_store';
import { useNotices } from '../../../src/state/notices_store';
import { runOf, startRun } from '../../../src/state/runs_store';
import { exportActions } from '../../../src/ui/pages/runs/export_actions';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';

const failure = {
  code: 'not_finite',
  message: 'TopK SAE on words: mse is Infinity.',
  wayOut: 'Scale the data.',
} as const;
let fails = false;

class Engine extends FakeEngine {
  override emit(event: Event): void {
    if (fails && event.kind === 'answer' && event.name === 'export') {
      super.emit({ ...event, answer: { ...event.answer, withoutReport: failure } });
    } else super.emit(event);
  }
}
setWorkerFactory(() => new Engine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER }));

const clicked: string[] = [];
beforeEach(() => {
  clicked.length = 0;
  useNotices.setState({ notices: [] });
  const anchor = { href: '', download: '', click: () => clicked.push(anchor.download) };
  vi.stubGlobal('document', { createElement: () => anchor });
  vi.stubGlobal('URL', { createObjectURL: () => 'blob:', revokeObjectURL: () => undefined });
});
afterEach(() => vi.unstubAllGlobals());

async function save(): Promise<void> {
  const id = startRun(engine, {
    data: { kind: 'words' },
    models: [{ architecture: 'topk', d_sae: 4, k: 2 }],
    training: { training_samples: 640 },
  });
  const run = runOf(id);
  if (run === undefined) throw new Error('no run');
  exportActions(run)[0]?.onSelect();
  await expect.poll(() => clicked).toEqual(['model_0.zip']);
}

it('a model without an evaluation is saved, and why it has no report.json is told', async () => {
  fails = true;
  await save();
  expect(useNotices.getState().notices).toMatchObject([
    {
      tone: 'info',
      title: 'model_0.zip has no report.json: the evaluation gave no numbers.',
      detail: 'TopK SAE on words: mse is Infinity. Scale the data.',
    },
  ]);
});

it('a model with its evaluation is saved without a word', async () => {
  fails = false;
  await save();
  expect(useNotices.getState().notices).toEqual([]);
});
