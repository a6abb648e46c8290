/**
 * Opening weights, on the scripted engine: they are open when the engine has them ready, they wait with the one reason
 * when they lack their data, and what the engine refuses is never called open.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { writeSaeFolder } from '../../../src/io/sae_folder';
import type { FileSet } from '../../../src/io/whole_files';
import type { Command } from '../../../src/lab/protocol/protocol';
import { modelSchema } from '../../../src/sae/config';
import { useDraftFacts } from '../../../src/state/draft_facts';
import { engine, setWorkerFactory } from '../../../src/state/engine_store';
import { openFile, useExperiment } from '../../../src/state/experiment_store';
import { useNotices } from '../../../src/state/notices_store';
import { followEngine, useRuns } from '../../../src/state/runs_store';
import { openWeights, useWaitingWeights } from '../../../src/state/weights_opening';
import { placeName, waitingText } from '../../../src/ui/parts/waiting_text';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';

const refusal = {
  code: 'bad_data',
  message: 'The rows are broken.',
  wayOut: 'Mend them.',
} as const;
let refuses = false;

class Engine extends FakeEngine {
  override postMessage(command: Command): void {
    if (command.kind === 'start' && refuses) {
      queueMicrotask(() => this.emit({ kind: 'failed', runId: command.runId, error: refusal }));
    } else super.postMessage(command);
  }
}
setWorkerFactory(() => new Engine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER }));
followEngine(engine);

beforeEach(() => {
  refuses = false;
  useNotices.setState({ notices: [] });
  useRuns.setState({ runs: {}, order: [] });
  useDraftFacts.setState(useDraftFacts.getInitialState());
  useExperiment.setState(useExperiment.getInitialState());
});

function folder(width: number, provenance: Record<string, unknown> = {}): FileSet {
  const numbers = (length: number) => Float32Array.from({ length }, (_, i) => i / length);
  const weights: Dictionary = {
    groups: 4,
    rank: 1,
    width,
    encoder: numbers(4 * width),
    decoder: numbers(4 * width),
    encoderBias: new Float32Array(4),
    decoderBias: new Float32Array(width),
  };
  const config = modelSchema.parse({ architecture: 'topk', d_sae: 4, k: 2 });
  return writeSaeFolder({ config, weights, frequency: new Float32Array(4), provenance });
}

/** A folder as SAELens writes it: no account of the lab's, the hook in its metadata. */
function foreign(width: number, metadata: Record<string, unknown>): FileSet {
  const files = folder(width);
  const config = JSON.parse(new TextDecoder().decode(files['cfg.json'])) as object;
  return {
    ...files,
    'cfg.json': new TextEncoder().encode(JSON.stringify({ ...config, metadata })),
  };
}

const filesOf = (files: FileSet) =>
  Object.entries(files).map(([name, bytes]) => new File([Uint8Array.from(bytes)], name));
const gpt2 = { model_name: 'gpt2-small', hook_name: 'blocks.7.hook_resid_post' };

describe('weights are open', () => {
  it('when the engine has them ready on data of their width', async () => {
    expect(await openWeights(filesOf(folder(64)))).toBe('open');
    expect(Object.values(useRuns.getState().runs)).toMatchObject([
      { opened: true, status: 'paused' },
    ]);
  });

  it('but not when it refuses them, which is told in its words', async () => {
    refuses = true;
    expect(await openWeights(filesOf(folder(64)))).toBe('failed');
    expect(useNotices.getState().notices).toMatchObject([
      { tone: 'error', title: refusal.message, detail: refusal.wayOut },
    ]);
  });
});

describe('what a person noted', () => {
  const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const said = (runId: string) =>
    engine.ask('annotations', { runId, annotated: 0, step: 0 }).then(({ units }) => units);
  const opened = async (files: FileSet): Promise<string> => {
    expect(await openWeights(filesOf(files))).toBe('open');
    return useRuns.getState().order.at(-1) ?? '';
  };

  it('comes with the weights, and comes again with the same ones without it', async () => {
    const annotations = bytesOf({ version: 1, units: { 3: { name: 'weekdays' } } });
    const first = await opened({ ...folder(64), 'annotations.json': annotations });
    expect(await said(first)).toMatchObject({ 3: { name: 'weekdays' } });
    expect(useNotices.getState().notices).toEqual([]);
    const second = await opened(folder(64));
    expect(await said(second)).toMatchObject({ 3: { name: 'weekdays' } });
    expect(useNotices.getState().notices).toMatchObject([
      { tone: 'info', title: 'What you noted on 1 unit of these weights is there again.' },
    ]);
    const other = await opened({ ...folder(64, { steps: 5 }), ...otherWeights() });
    expect(await said(other)).toEqual({});
  });
});

/** The file of other weights of the same size. */
function otherWeights(): FileSet {
  const files = folder(64);
  const bytes = Uint8Array.from(files['sae_weights.safetensors'] ?? []);
  bytes.fill(1, bytes.length - 4);
  return { 'sae_weights.safetensors': bytes };
}

describe('weights wait', () => {
  const lackOf = async (files: FileSet) => {
    expect(await openWeights(filesOf(files))).toBe('waiting');
    expect(useRuns.getState().order).toEqual([]);
    expect(useNotices.getState().notices).toEqual([]);
    const { waiting } = useWaitingWeights.getState();
    if (waiting === null) throw new Error('nothing waits');
    return waiting;
  };

  it('for rows of their width, with the place that the folder names', async () => {
    const waiting = await lackOf(foreign(768, gpt2));
    expect(waiting.lack).toEqual({
      kind: 'width',
      width: 768,
      origin: { model: 'gpt2-small', hook: 'blocks.7.hook_resid_post' },
      // What leaves block 7 enters block 8.
      language: { model: 'openai-community/gpt2', layer: 8 },
    });
    expect(waitingText(waiting, 64)).toEqual({
      title: 'The weights of the chosen folder wait for their data',
      reason:
        'They need rows of width 768, of blocks.7.hook_resid_post in gpt2-small; the chosen data have 64.',
      help: 'Choose GPT-2 small, layer 8 and download it on the Train page, or drop a .npy of rows of width 768.',
    });
  });

  it('for a file where the lab cannot make the activations, or nobody says what they were', async () => {
    const mlp = await lackOf(foreign(768, { ...gpt2, hook_name: 'blocks.7.hook_mlp_out' }));
    expect(waitingText(mlp, 64).help).toBe(
      'The lab does not make these activations itself: drop a .npy of rows of width 768.',
    );
    expect(waitingText(await lackOf(foreign(768, {})), null).reason).toBe(
      'They need rows of width 768; the chosen data are not loaded.',
    );
  });

  it('for the file that they were trained on, and open once it is there', async () => {
    // The command line writes down where it was.
    const data = { kind: 'npy', path: '/there/rows.npy', order: 'shuffled' };
    // The scripted engine says that a file has rows of width 768.
    const files = folder(768, { data, training: { training_samples: 640 } });
    expect((await lackOf(files)).lack).toEqual({ kind: 'file', name: 'rows.npy' });
    openFile(new File(['x'], 'rows.npy'));
    expect(await openWeights(filesOf(files))).toBe('open');
    expect(useWaitingWeights.getState().waiting).toBeNull();
  });

  it('for the language model that they were trained on', async () => {
    const data = { kind: 'lm', model: 'openai-community/gpt2', layer: 6 };
    const { lack } = await lackOf(folder(768, { data, training: { training_samples: 640 } }));
    expect(lack).toEqual({ kind: 'language_model', language: { model: data.model, layer: 6 } });
    expect(placeName({ model: data.model, layer: 6 })).toBe('GPT-2 small, layer 6');
  });
});

it('weights of a language model at hand take its activations', async () => {
  const stories = { model_name: 'stories15m', hook_name: 'blocks.4.hook_resid_pre' };
  expect(await openWeights(filesOf(foreign(288, stories)))).toBe('open');
  expect(useExperiment.getState().config?.data).toMatchObject({
    kind: 'lm',
    model: 'stories15m',
    layer: 4,
  });
});
