/**
 * Annotations where they are kept: with the run, whatever becomes of its weights; by the weights, whatever becomes of the
 * run; in every folder that is taken home; and whole when two tabs write.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { unzipFolder } from '../../../src/io/archive';
import { CheckedFiles } from '../../../src/io/checked_files';
import { MemoryFileStore } from '../../../src/io/file_store';
import { sha256Of } from '../../../src/io/sha256';
import { writeWeights } from '../../../src/io/sae_folder';
import { MemoryFiles } from '../../../src/io/whole_files';
import { readAnnotations } from '../../../src/lab/keep/annotations_file';
import { exportFile } from '../../../src/lab/keep/exported_file';
import { readKeptModel } from '../../../src/lab/keep/kept_model';
import { KeptRuns } from '../../../src/lab/keep/kept_runs';
import { RunAnnotations } from '../../../src/lab/keep/run_annotations';
import { NO_ANNOTATION, NO_ANNOTATIONS } from '../../../src/lab/run/annotations';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { MODEL_FILES } from '../../../src/lab/run/run_files';
import { AnnotationHost, type AnnotatedRun } from '../../../src/lab/worker/annotation_host';
import { MemoryIndex, MemoryLocks } from '../../support/memory_runs';
import { evaluatedModel } from './evaluated_model';
import { keptRecord } from '../../support/kept_record';

const evaluated = evaluatedModel(3);
const config = parseRunConfig({
  data: { kind: 'words' },
  models: [evaluated.config],
  training: { training_samples: 640 },
});
const first = 'a1'.repeat(32);
const second = 'b2'.repeat(32);
const days = { ...NO_ANNOTATION, name: 'weekdays', step: 10 };
const months = { ...NO_ANNOTATION, note: 'Twelve of them.', step: 10 };
const looked = (weights: string | null, step = 10) => ({
  step,
  weights: () => Promise.resolve(weights),
});

let files: MemoryFileStore;
let index: MemoryIndex;
let locks: MemoryLocks;
let now: number;
/** The runs of this browser as one of its tabs has them. */
const open = () => new KeptRuns({ files, index, locks, now: () => now });
const tab = () => new RunAnnotations(open());
const add = (id: string) =>
  open().add(keptRecord(id, { name: id, config, status: 'finished', step: 10, totalSteps: 10 }));
beforeEach(async () => {
  [files, index, locks, now] = [new MemoryFileStore(), new MemoryIndex(), new MemoryLocks(), 0];
  await add('a');
});

describe('with the run', () => {
  it('they are there after a reload, and say which weights they were made on', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    expect(await tab().read('a', 0, looked(null))).toEqual({
      weights: first,
      step: 10,
      units: { 1: days },
    });
  });

  it('they stay when its weights have changed, each with its own step', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    const later = { ...months, step: 20 };
    await tab().change('a', 0, { 2: later }, looked(second, 20));
    expect(await tab().read('a', 0, looked(null))).toEqual({
      weights: second,
      step: 20,
      units: { 1: days, 2: later },
    });
  });

  it('they keep the weights that they know while those that are looked at cannot be had', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    const after = await tab().change('a', 0, { 2: months }, looked(null, 15));
    expect(after).toMatchObject({ weights: first, step: 10, units: { 1: days, 2: months } });
  });

  it('are not touched by the evaluation of a model', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    const folder = open().folder('a');
    await folder.saveModel(config, 0, 10, { 'cfg.json': new Uint8Array([1]) });
    expect((await tab().read('a', 0, looked(null))).units).toEqual({ 1: days });
    expect(await files.size('a', 'cfg.json.0')).not.toBeNull();
  });

  it('of one that is not kept last for the visit', async () => {
    const [one, none] = [tab(), new RunAnnotations(null)];
    for (const kept of [one, none]) {
      await kept.change('other', 0, { 1: days }, looked(null));
      expect((await kept.read('other', 0, looked(null))).units).toEqual({ 1: days });
    }
    expect(await tab().read('other', 0, looked(null))).toEqual(NO_ANNOTATIONS);
  });

  it('are not written over a file of a newer lab', async () => {
    const text = new TextEncoder().encode('{"version":7,"units":{}}');
    await new CheckedFiles(files, 'a').write({ 'annotations.json': text });
    await expect(tab().read('a', 0, looked(first))).rejects.toThrow('version 7');
    await expect(tab().change('a', 0, { 1: days }, looked(first))).rejects.toThrow('version 7');
    expect(await files.size('a', 'annotations.json.1')).toBeNull();
  });
});

describe('two tabs', () => {
  it('that write at once lose nothing: a unit is as the last one has it', async () => {
    const [one, two] = [tab(), tab()];
    const other = { ...days, name: 'days' };
    await Promise.all([
      one.change('a', 0, { 1: days, 2: months }, looked(first)),
      two.change('a', 0, { 1: other, 3: months }, looked(first)),
      one.change('a', 0, { 4: months }, looked(first)),
    ]);
    const units = { 1: other, 2: months, 3: months, 4: months };
    for (const each of [one, two, tab()]) {
      expect((await each.read('a', 0, looked(null))).units).toEqual(units);
    }
  });

  it('write while another one trains', async () => {
    const release = await open().claim('a');
    await tab().change('a', 0, { 1: days }, looked(first));
    release?.();
    expect((await tab().read('a', 0, looked(null))).units).toEqual({ 1: days });
  });
});

describe('by the weights', () => {
  it('they are found again when the run is deleted and the same weights are opened', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    await open().delete('a');
    now = 100_000;
    expect(await open().list()).toEqual([]);
    await add('b');
    const { annotations, found } = await tab().attach('b', 0, NO_ANNOTATIONS, first, 10);
    expect(annotations.units).toEqual({ 1: days });
    expect(found).toBe(1);
    expect((await tab().read('b', 0, looked(null))).units).toEqual({ 1: days });
  });

  it('are joined with what came in the folder, whose names win', async () => {
    await tab().change('a', 0, { 1: days, 2: months }, looked(first));
    await add('b');
    const own = { 1: { ...days, name: 'days' }, 3: days };
    const came = { weights: first, step: 10, units: own };
    const { annotations } = await tab().attach('b', 0, came, first, 10);
    expect(annotations.units).toEqual({
      1: { ...days, name: 'days', note: 'Also named “weekdays”.' },
      2: months,
      3: days,
    });
    // What came is known from then on.
    await add('c');
    const again = await tab().attach('c', 0, NO_ANNOTATIONS, first, 10);
    expect(again.annotations.units).toEqual(annotations.units);
  });

  it('are not those of other weights', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    await add('b');
    expect((await tab().attach('b', 0, NO_ANNOTATIONS, second, 10)).annotations.units).toEqual({});
    expect(await tab().read('b', 0, looked(second))).toEqual(NO_ANNOTATIONS);
  });

  it('are those of a run that came to the same weights, until the person says otherwise', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    await add('b');
    expect((await tab().read('b', 0, looked(first))).units).toEqual({ 1: days });
    await tab().change('b', 0, { 1: null }, looked(first));
    expect((await tab().read('b', 0, looked(first))).units).toEqual({});
    expect((await tab().read('a', 0, looked(first))).units).toEqual({ 1: days });
  });

  it('of two runs are together what both say', async () => {
    await tab().change('a', 0, { 1: days }, looked(first));
    await add('b');
    await tab().change('b', 0, { 2: months }, looked(first));
    await add('c');
    expect((await tab().read('c', 0, looked(first))).units).toEqual({ 1: days, 2: months });
  });
});

describe('a folder that is taken home', () => {
  const { weights } = evaluated;
  const run = (step: number): AnnotatedRun =>
    ({
      runId: 'a',
      step,
      before: [],
      session: { weights: () => Promise.resolve(weights) },
      modelConfig: () => evaluated.config,
    }) as unknown as AnnotatedRun;
  const hostOf = (live: AnnotatedRun | undefined) =>
    new AnnotationHost({ place: () => Promise.resolve(open()), run: () => live });
  const exported = async (host: AnnotationHost, step: number) => {
    const parts = {
      step,
      source: { label: 'rows' },
      modelConfig: () => evaluated.config,
      settings: config,
      records: [],
      changes: [],
      before: [],
      evaluate: () => Promise.resolve({ ...evaluated, step }),
    } as unknown as Parameters<typeof exportFile>[0];
    const beside = host.exported(run(step), 0);
    const { bytes } = await exportFile(parts, 0, 'saelens_folder', {}, beside);
    return unzipFolder(bytes, MODEL_FILES, 'a.zip');
  };
  const ask = { runId: 'a', annotated: 0, step: 3 };

  it('has them, and gives them back with its weights on another browser', async () => {
    const host = hostOf(run(3));
    const sha256 = await sha256Of(writeWeights(evaluated));
    expect((await host.change({ ...ask, changes: { 1: days } })).weights).toBe(sha256);
    const zip = await exported(host, 3);
    const model = await readKeptModel(new MemoryFiles('a', zip), 'a', Object.keys(zip));
    expect(model.weightsSha256).toBe(sha256);
    expect(readAnnotations(model.annotations?.bytes ?? new Uint8Array(), 'a')).toEqual({
      weights: sha256,
      step: 3,
      units: { 1: days },
    });

    [files, index] = [new MemoryFileStore(), new MemoryIndex()];
    await add('b');
    const attached = await hostOf(undefined).attach({
      runId: 'b',
      annotated: 0,
      step: 3,
      weights: model.weightsSha256,
      file: model.annotations,
    });
    expect(attached).toMatchObject({ found: 0, unread: null, annotations: { units: { 1: days } } });
    expect((await tab().read('b', 0, looked(null))).units).toEqual({ 1: days });
  });

  it('of later weights says which ones they were made on, and is known by its own too', async () => {
    const host = hostOf(run(3));
    const { weights: made } = await host.change({ ...ask, changes: { 1: days } });
    const zip = await exported(host, 8);
    const written = readAnnotations(zip['annotations.json'] ?? new Uint8Array(), 'a');
    expect(written).toMatchObject({ weights: made, step: 3 });
  });

  it('has no such file where nothing is said', async () => {
    expect(await exported(hostOf(run(3)), 3)).not.toHaveProperty('annotations.json');
  });

  it('that cannot be read gives its weights all the same, and says why', async () => {
    const file = { bytes: new TextEncoder().encode('{"version":9}'), label: 'a/annotations.json' };
    const attached = await hostOf(undefined).attach({ ...ask, weights: first, file });
    expect(attached.annotations.units).toEqual({});
    expect(attached.unread?.message).toContain('version 9');
  });

  it('names the weights as they are now, and as they were opened', async () => {
    const host = hostOf(run(0));
    await host.attach({
      ...ask,
      step: 0,
      weights: first,
      file: { bytes: new TextEncoder().encode('{"units":{"1":{"name":"a"}}}'), label: 'a' },
    });
    const sha256 = await sha256Of(writeWeights(evaluated));
    expect(await host.weightsOf('a', 0)).toEqual([sha256, first]);
    // Of weights that were opened from elsewhere, what is said is known by their own file.
    const changed = await host.change({ ...ask, step: 0, changes: { 2: months } });
    expect(changed.weights).toBe(first);
    expect(await hostOf(run(5)).weightsOf('a', 0)).toEqual([sha256]);
  });
});
