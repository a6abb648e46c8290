// @vitest-environment happy-dom
/**
 * Annotations in the page, on the scripted engine: what is typed is sent when the hand rests, at the latest when the page goes
 * away, and nothing that was not confirmed is lost; what is read is joined with what waits.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_ANNOTATION } from '../../../src/lab/run/annotations';
import { defaultPreset } from '../../../src/lab/run/presets';
import type { Command } from '../../../src/lab/protocol/protocol';
import {
  annotate,
  annotationsOf,
  flushAnnotations,
  readAnnotationsOf,
  useAnnotations,
} from '../../../src/state/annotations';
import { earlierAnnotations, earlierKey } from '../../../src/state/earlier_annotations';
import { engine, setWorkerFactory } from '../../../src/state/engine_store';
import { useNotices } from '../../../src/state/notices_store';
import { createRun } from '../../../src/state/run_record';
import { addRun, runOf } from '../../../src/state/runs_store';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';

let refuses = false;
class Engine extends FakeEngine {
  override postMessage(command: Command): void {
    if (refuses && command.kind === 'ask' && command.name === 'annotate') {
      const error = { code: 'out_of_memory', message: 'No room.', wayOut: 'Delete.' } as const;
      this.commands.push(command);
      queueMicrotask(() =>
        this.emit({ kind: 'request_failed', requestId: command.requestId, error }),
      );
    } else super.postMessage(command);
  }
}
const fake = new Engine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER });
setWorkerFactory(() => fake);

/** A model of its own for every test: what is known of the same weights would come along. */
let model = 0;
let runId = '';
/** As the page has it, which knows more of a unit. */
const about = () => ({ runId, model, step: 10, unit: 3, unitName: 'group' });
const units = () => annotationsOf(useAnnotations.getState(), runId, model);
const sent = () =>
  fake.commands.flatMap((command) =>
    command.kind === 'ask' && command.name === 'annotate' ? [command.ask] : [],
  );
/** What the engine has. */
const kept = async () =>
  (await engine.ask('annotations', { runId, annotated: model, step: 10 })).units;
const note = (text: string, unit = 3) =>
  annotate(about(), unit, (before) => ({ ...before, note: text }));
const noted = (text: string) => ({ ...NO_ANNOTATION, note: text, step: 10 });
const unsent = () => Object.keys(localStorage).filter((name) => name.includes('unsent'));
const goAway = () => window.dispatchEvent(new Event('pagehide'));

beforeEach(() => {
  refuses = false;
  fake.commands.length = 0;
  localStorage.clear();
  useNotices.setState({ notices: [] });
  model += 1;
  runId = `run-${model}`;
  addRun(createRun(runId, runId, defaultPreset.config, 0));
});

describe('what is typed', () => {
  it('is shown at once and sent once, when the hand rests', async () => {
    await readAnnotationsOf(about());
    vi.useFakeTimers();
    for (const text of ['W', 'We', 'Wee', 'Week']) {
      note(text);
      expect(units()).toEqual({ 3: noted(text) });
      vi.advanceTimersByTime(100);
    }
    expect(sent()).toEqual([]);
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    await expect.poll(kept).toEqual({ 3: noted('Week') });
    expect(sent()).toHaveLength(1);
    expect(sent()[0]).toMatchObject({ runId, annotated: model, step: 10 });
  });

  it('is sent when the page goes away, and written down until the engine has it', async () => {
    await readAnnotationsOf(about());
    note('Week');
    goAway();
    expect(sent()).toHaveLength(1);
    expect(unsent()).toHaveLength(1);
    await expect.poll(kept).toEqual({ 3: noted('Week') });
    await expect.poll(unsent).toEqual([]);
  });

  it('is sent by the next visit where the engine never heard of it', async () => {
    await readAnnotationsOf(about());
    note('Lost?');
    goAway();
    const [name = ''] = unsent();
    const text = localStorage.getItem(name) ?? '';
    await flushAnnotations();
    // The next visit is another page.
    vi.resetModules();
    const next = await import('../../../src/state/annotations');
    const { engine: other, setWorkerFactory: set } =
      await import('../../../src/state/engine_store');
    const second = new Engine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER });
    set(() => second);
    localStorage.setItem(name, text);
    await next.readAnnotationsOf({ runId: 'another', model: 0, step: 1 });
    await next.flushAnnotations();
    const { units: there } = await other.ask('annotations', { runId, annotated: model, step: 10 });
    expect(there).toEqual({ 3: noted('Lost?') });
    expect(unsent()).toEqual([]);
  });

  it('waits where it cannot be kept, which is told, and is tried again', async () => {
    await readAnnotationsOf(about());
    refuses = true;
    note('Week');
    expect(await flushAnnotations()).toBe(false);
    expect(useNotices.getState().notices).toMatchObject([{ tone: 'error', title: 'No room.' }]);
    note('Weekend');
    expect(units()).toEqual({ 3: noted('Weekend') });
    refuses = false;
    expect(await flushAnnotations()).toBe(true);
    expect(await kept()).toEqual({ 3: noted('Weekend') });
  });

  it('before it is known what was there replaces nothing unseen', async () => {
    const starred = { ...NO_ANNOTATION, starred: true, step: 10 };
    await engine.ask('annotate', { runId, annotated: model, step: 10, changes: { 3: starred } });
    note('Week');
    await expect.poll(units).toEqual({ 3: { ...noted('Week'), starred: true } });
    await flushAnnotations();
  });

  it('leaves nothing when nothing is said any more', async () => {
    await readAnnotationsOf(about());
    note('Week');
    note('');
    expect(units()).toEqual({});
    await flushAnnotations();
    expect(await kept()).toEqual({});
  });
});

describe('another tab', () => {
  it('is looked at when the page comes back; what waits here counts', async () => {
    await readAnnotationsOf(about());
    note('Mine');
    const changes = { 3: noted('Theirs'), 4: noted('Theirs') };
    await engine.ask('annotate', { runId, annotated: model, step: 10, changes });
    document.dispatchEvent(new Event('visibilitychange'));
    await expect.poll(units).toEqual({ 3: noted('Mine'), 4: noted('Theirs') });
    await flushAnnotations();
    expect(await kept()).toEqual({ 3: noted('Mine'), 4: noted('Theirs') });
  });
});

describe('what earlier versions kept', () => {
  it('becomes that of the first run of its settings that is looked at, and is not lost before', async () => {
    const config = runOf(runId)?.config;
    if (config === undefined) throw new Error('there is no run');
    const own = { ...noted('Mine'), name: 'weekdays' };
    await engine.ask('annotate', { runId, annotated: model, step: 10, changes: { 3: own } });
    const earlier = {
      3: { starred: true, tags: ['days'], note: 'Old' },
      5: { starred: true, tags: [], note: '' },
    };
    const byModel = { [earlierKey(config, model)]: earlier };
    localStorage.setItem(
      'sasa-lab-annotations',
      JSON.stringify({ state: { byModel }, version: 0 }),
    );
    refuses = true;
    await readAnnotationsOf(about());
    expect(earlierAnnotations(config, model)).not.toBeNull();
    refuses = false;
    await flushAnnotations();
    expect(await kept()).toEqual({
      3: { ...own, starred: true, tags: ['days'], note: 'Mine\n\nOld' },
      5: { ...NO_ANNOTATION, starred: true },
    });
    useAnnotations.setState({ byModel: {} });
    await readAnnotationsOf(about());
    await expect.poll(() => earlierAnnotations(config, model)).toBeNull();
    expect((await kept())[3]?.note).toBe('Mine\n\nOld');
  });
});
