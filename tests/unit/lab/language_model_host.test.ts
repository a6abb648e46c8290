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
import type { LanguageModelInfo, ListedLanguageModel } from '../../../src/lab/protocol/lm_protocol';

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
  let loaded: string[] = [];
  let taken: string[] = [];
  let host: LanguageModelHost;

  beforeEach(() => {
    files = new Files();
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
    });
  });

  const load = (id: string, dropped?: readonly File[]) => host.load({ id, files: dropped }, {});

  it('are loaded and described', async () => {
    expect(await load('kept')).toEqual(info('kept'));
    await expect(load('broken')).rejects.toThrow(/broken/);
  });

  it('stop loading when told', async () => {
    const given = new AbortController();
    const loading = host.load({ id: 'slow' }, { signal: given.signal });
    given.abort();
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
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
    const idsOf = (listed: readonly ListedLanguageModel[]) => listed.map(({ id }) => id);
    expect(idsOf(await host.list())).toEqual(['shipped', 'kept']);
    await load('kept');
    expect(idsOf(await host.remove({ id: 'kept' }))).toEqual(['shipped']);
    expect(taken).toEqual(['data', 'kept']);
    expect(files.log).toEqual(['remove kept']);
    // A run keeps the model that it was trained on; its files go.
    await load('used');
    await host.remove({ id: 'used' });
    expect(taken).toEqual(['data', 'kept']);
    expect(files.log).toEqual(['remove kept', 'remove used']);
  });
});
