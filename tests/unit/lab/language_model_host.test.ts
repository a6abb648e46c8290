/**
 * What the engine says about language models: loading, listing and deleting, and what happens to a model that a
 * run in memory was trained on. Data made with a model are forgotten before it leaves the device.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { whileWanted } from '../../../src/base/work';
import {
  LanguageModelHost,
  type ModelsOnDevice,
} from '../../../src/lab/worker/language_model_host';
import type { LanguageModelInfo, LmEvent } from '../../../src/lab/protocol/lm_protocol';
import type { ListedLanguageModel } from '../../../src/lab/worker/page_models';

const info = (id: string): LanguageModelInfo => ({
  id,
  label: id,
  form: 'gpt2',
  layers: 1,
  width: 4,
  vocabulary: 8,
  context: 8,
  bytes: 100,
});

/** Notes what is asked of it; every model loads but "broken". */
class Files {
  readonly log: string[] = [];
  readonly here = new Set(['shipped', 'kept']);
  keepDropped(id: string, files: readonly File[]): void {
    this.log.push(`drop ${id} ${files.length}`);
    this.here.add(id);
  }
  list(): Promise<ListedLanguageModel[]> {
    return Promise.resolve([...this.here].map((id) => ({ ...info(id), cached: id === 'kept' })));
  }
  remove(id: string): Promise<void> {
    this.log.push(`remove ${id}`);
    this.here.delete(id);
    return Promise.resolve();
  }
}

describe('language models', () => {
  let files = new Files();
  let events: LmEvent[] = [];
  let loaded: string[] = [];
  let taken: string[] = [];
  let host: LanguageModelHost;

  beforeEach(() => {
    files = new Files();
    events = [];
    loaded = [];
    taken = [];
    const present = new Set<string>();
    const store: ModelsOnDevice = {
      get ids() {
        return [...present];
      },
      get: (id, work) => {
        if (id === 'slow') return whileWanted(new Promise<never>(() => undefined), work ?? {});
        if (id === 'broken') {
          return Promise.reject(new LabError('bad_file', 'It is broken.', 'Take another.'));
        }
        loaded.push(id);
        present.add(id);
        return Promise.resolve({ info: info(id) });
      },
      drop: (id) => {
        if (present.delete(id)) taken.push(id);
        return Promise.resolve();
      },
    };
    host = new LanguageModelHost({
      languageModels: () => Promise.resolve(store),
      files,
      base: () => 'http://page/',
      isInUse: (id) => id === 'used',
      forgetData: () => taken.push('data'),
      post: (event) => events.push(event),
    });
  });

  const load = (id: string, dropped?: readonly File[]) =>
    host.answer({
      kind: 'load_language_model',
      requestId: 5,
      id,
      ...(dropped === undefined ? {} : { files: dropped }),
    });

  it('are loaded and described', async () => {
    await load('kept');
    expect(events).toEqual([{ kind: 'language_model_loaded', requestId: 5, info: info('kept') }]);
    await expect(load('broken')).rejects.toThrow(/broken/);
  });

  it('stop loading when told', async () => {
    const given = new AbortController();
    const command = { kind: 'load_language_model', requestId: 5, id: 'slow' } as const;
    const loading = host.answer(command, given.signal);
    given.abort();
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
    expect(events).toEqual([]);
  });

  it('from dropped files take the place of another of that name, unless a run needs it', async () => {
    const dropped = [new File(['x'], 'config.json')];
    await load('mine', dropped);
    await load('mine', dropped);
    expect(files.log).toEqual(['drop mine 1', 'drop mine 1']);
    expect(taken).toEqual(['data', 'mine']);
    await load('used');
    await expect(load('used', dropped)).rejects.toThrow(/needs the language model used/);
    expect(taken).toEqual(['data', 'mine']);
  });

  it('are listed, and deleted with what is left as the answer', async () => {
    await host.answer({ kind: 'list_language_models', requestId: 1 });
    await load('kept');
    await host.answer({ kind: 'delete_language_model', requestId: 2, id: 'kept' });
    expect(taken).toEqual(['data', 'kept']);
    expect(files.log).toEqual(['remove kept']);
    const listed = events.flatMap((event) =>
      event.kind === 'language_models' ? [event.models.map(({ id }) => id)] : [],
    );
    expect(listed).toEqual([['shipped', 'kept'], ['shipped']]);
    // A run keeps the model that it was trained on; its files go.
    await load('used');
    await host.answer({ kind: 'delete_language_model', requestId: 3, id: 'used' });
    expect(taken).toEqual(['data', 'kept']);
    expect(files.log).toEqual(['remove kept', 'remove used']);
  });
});
