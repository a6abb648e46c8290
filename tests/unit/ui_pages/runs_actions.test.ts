// @vitest-environment happy-dom
/** What is done with runs: seeds in a queue, training further, a copy in the draft, words about a run, room made. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ListedRun } from '../../../src/lab/protocol/protocol';
import { train } from '../../../src/state/training';
import { readyConfig, setTraining } from '../../../src/state/experiment_store';
import { useLasting } from '../../../src/state/lasting_storage';
import { useNotices } from '../../../src/state/notices_store';
import { readQueue, useQueue } from '../../../src/state/run_queue';
import { runOf, useRuns } from '../../../src/state/runs_store';
import { closePage, openPage, trained } from '../../support/page_states';
import { listedNames, listedRun } from '../../support/runs_table';

const done = (own: Partial<ListedRun> = {}) =>
  listedRun({
    id: 'kept',
    name: 'Run 3',
    status: 'finished',
    step: 1000,
    logged: [{}, {}],
    ...own,
  });

async function openRuns(kept: readonly ListedRun[] = [done()], options = {}) {
  const fake = await openPage('runs', { kept, ...options });
  await screen.findByRole('checkbox', { name: `Choose ${kept[0]?.name ?? ''}` });
  return fake;
}
async function pick(name: string, item: RegExp) {
  fireEvent.keyDown(screen.getByRole('button', { name: `Actions on ${name}` }), { key: 'Enter' });
  fireEvent.click(await screen.findByRole('menuitem', { name: item }));
}
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const runNamed = (name: string) =>
  Object.values(useRuns.getState().runs).find((run) => run.name === name);
const statusOf = (name: string) => runNamed(name)?.status;
const waiting = () => useQueue.getState().waiting.map(({ name }) => name);

afterEach(async () => {
  await closePage();
  localStorage.clear();
  vi.unstubAllGlobals();
});

describe('more seeds', () => {
  const queueTwo = async () => {
    await pick('Run 3', /^Train with n seeds/);
    fireEvent.change(await screen.findByLabelText('How many runs'), { target: { value: '2' } });
    press('Queue 2 runs');
  };

  it('are trained one after the other, each evaluated before the next begins', async () => {
    const fake = await openRuns();
    await queueTwo();
    await expect.poll(() => statusOf('Run 3, seed 1')).toBe('running');
    expect(waiting()).toEqual(['Run 3, seed 2']);
    const queue = screen.getByRole('region', { name: 'Queue of runs' });
    expect(queue.textContent).toContain('1 run waitsRun 3, seed 1 is going on.');
    expect(runNamed('Run 3, seed 1')?.config.training.seed).toBe(1);
    for (let turn = 0; turn < 4; turn++) fake.turn();
    await expect.poll(() => statusOf('Run 3, seed 2')).toBe('running');
    expect(statusOf('Run 3, seed 1')).toBe('finished');
    const asked = fake.commands.flatMap((command) => {
      if (command.kind === 'ask') return command.name === 'evaluate' ? [command.name] : [];
      return command.kind === 'start' ? [command.kind] : [];
    });
    // Both models, then the bits of both.
    expect(asked).toEqual(['start', ...Array<string>(4).fill('evaluate'), 'start']);
    expect(screen.queryByRole('region', { name: 'Queue of runs' })).toBeNull();
  });

  it('go on after one that fails', async () => {
    const fake = await openRuns([done()], { failAt: 500 });
    await queueTwo();
    await expect.poll(() => statusOf('Run 3, seed 1')).toBe('running');
    fake.turn();
    fake.turn();
    await expect.poll(() => statusOf('Run 3, seed 2')).toBe('running');
    expect(statusOf('Run 3, seed 1')).toBe('failed');
  });

  it('wait after one that the person stopped, and for one that goes on', async () => {
    const fake = await openRuns();
    const mine = await act(() => train());
    await queueTwo();
    expect(waiting()).toHaveLength(2);
    act(() => fake.postMessage({ kind: 'stop', runId: mine ?? '' }));
    await expect.poll(() => statusOf('Run 3, seed 1')).toBe('running');
    act(() => fake.postMessage({ kind: 'stop', runId: runNamed('Run 3, seed 1')?.id ?? '' }));
    await screen.findByText('Run 3, seed 1 was stopped.');
    expect(waiting()).toEqual(['Run 3, seed 2']);
    press('Go on');
    await expect.poll(() => statusOf('Run 3, seed 2')).toBe('running');
  });

  it('can be given up, one or all, with an undo', async () => {
    await openRuns();
    await act(() => train());
    await queueTwo();
    press('Take Run 3, seed 1 out of the queue');
    expect(waiting()).toEqual(['Run 3, seed 2']);
    press('Cancel all');
    expect(waiting()).toEqual([]);
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(waiting()).toEqual(['Run 3, seed 2']);
  });

  it('that have not begun are there after a reload, and wait for a press', async () => {
    await openRuns();
    await act(() => train());
    await queueTwo();
    const stored = JSON.parse(localStorage.getItem('sasa-lab.queue') ?? '') as { state: unknown };
    const read = readQueue(stored.state);
    expect(read.map(({ name, config }) => [name, config.training.seed])).toEqual([
      ['Run 3, seed 1', 1],
      ['Run 3, seed 2', 2],
    ]);
    await act(async () => useQueue.persist.rehydrate());
    expect(useQueue.getState().held).toBe('The page was loaded again.');
    expect(readQueue({ waiting: [{ id: 'a', name: 'b', config: { data: 1 } }] })).toEqual([]);
    expect(readQueue('nothing')).toEqual([]);
  });
});

describe('training further', () => {
  it('goes on from the checkpoint of the same run, and says what becomes of the schedule', async () => {
    const past = { seconds: 0, records: [], changes: [], before: null, reports: [] };
    const fake = await openRuns([done()], { pasts: { kept: { step: 1000, ...past } } });
    await pick('Run 3', /^Train further/);
    const dialog = await screen.findByRole('dialog', { name: 'Train Run 3 further' });
    const field = within(dialog).getByLabelText<HTMLInputElement>('More samples');
    expect(field.value.replace(/\D/g, '')).toBe('256000');
    expect(dialog.textContent).toContain('It goes on from step 1000 to 2000');
    expect(dialog.textContent).toContain(
      'fell to zero over its last 200 steps. It jumps back to 0.002 and falls again over the last 400: the result is not that of one run of 2000 steps.',
    );
    fireEvent.change(field, { target: { value: '-4' } });
    expect(dialog.textContent).toContain('Must be a whole number from 1.');
    fireEvent.change(field, { target: { value: '128k' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Train further' }));
    await expect.poll(() => statusOf('Run 3')).toBe('running');
    const command = fake.commands.find(({ kind }) => kind === 'reopen');
    expect(command).toMatchObject({ runId: 'kept', samples: 384_000 });
    fake.turn();
    fake.turn();
    await expect.poll(() => statusOf('Run 3')).toBe('finished');
    expect(runOf('kept')).toMatchObject({ step: 1500, totalSteps: 1500 });
    // Its row says that it was.
    expect(screen.getByRole('row', { name: /Run 3/ }).textContent).toContain('samples');
  });

  it('is a new run with the weights alone where the browser keeps nothing', async () => {
    const fake = await openPage('runs');
    const { name } = await trained(fake, 4);
    await pick(name, /^Train further/);
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('a new run begins with its weights: Adam and the order');
  });
});

describe('a copy', () => {
  it('is a new experiment in the draft, of which nothing is trained, with a name', async () => {
    const fake = await openRuns([done({ name: 'Mine' })]);
    await pick('Mine', /^Duplicate/);
    await screen.findByText(/Train begins “Mine copy”\./);
    expect(fake.commands.some(({ kind }) => kind === 'start')).toBe(false);
    expect(readyConfig()).toEqual(runOf('kept')?.settings);
    act(() => setTraining('lr', 1e-3));
    const id = await act(() => train());
    expect(runOf(id)).toMatchObject({ name: 'Mine copy', config: { training: { lr: 1e-3 } } });
    act(() => fake.postMessage({ kind: 'stop', runId: id ?? '' }));
    await expect.poll(() => runOf(id)?.status).toBe('stopped');
    expect(runOf(await act(() => train()))?.name).toMatch(/^Run \d+$/);
  });
});

describe('tags and note', () => {
  it('are kept with the run, and taken back by a button', async () => {
    const fake = await openRuns();
    await pick('Run 3', /^Tags and note/);
    fireEvent.change(await screen.findByLabelText('Tags'), { target: { value: '#Week two, two' } });
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: ' splits the days ' } });
    press('Save');
    const about = { starred: false, tags: ['week', 'two'], note: 'splits the days' };
    expect(runOf('kept')?.about).toEqual(about);
    expect(fake.commands.at(-1)).toMatchObject({
      name: 'describe_kept_run',
      ask: { runId: 'kept', about },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(runOf('kept')?.about.tags).toEqual([]);
    expect(fake.commands.at(-1)).toMatchObject({ ask: { about: { tags: [], note: '' } } });
  });
});

describe('storage', () => {
  it('lists runs by what they take, and deletes those that are chosen with an undo', async () => {
    const mib = (id: string, size: number) => done({ id, name: id, bytes: size * 2 ** 20 });
    const fake = await openRuns([mib('Small', 1), mib('Large', 30), mib('Middle', 8)]);
    press('Free up space…');
    const dialog = await screen.findByRole('dialog', { name: 'Free up space' });
    expect(dialog.textContent).toMatch(/3 runs take 39\sMiB; 1\sGiB are free/);
    const boxes = within(dialog).getAllByRole('checkbox');
    expect(boxes.map((box) => box.closest('label')?.textContent)).toEqual([
      expect.stringMatching(/^Large/),
      expect.stringMatching(/^Middle/),
      expect.stringMatching(/^Small/),
    ]);
    const remove = () => within(dialog).getByRole<HTMLButtonElement>('button', { name: /^Delete/ });
    expect(remove().disabled).toBe(true);
    for (const box of boxes.slice(0, 2)) fireEvent.click(box);
    expect(dialog.textContent).toMatch(/2 runs chosen: 38\sMiB/);
    fireEvent.click(remove());
    await screen.findByText('Deleted 2 runs');
    expect(listedNames()).toEqual(['Small']);
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await expect.poll(() => listedNames().length).toBe(3);
    expect(fake.asked.filter((name) => name === 'restore_kept_run')).toHaveLength(2);
  });

  it('asks the browser once to keep what is there, when the first run is kept', async () => {
    const asked = { persist: 0, persisted: 0 };
    const answer = (name: keyof typeof asked, value: boolean) => () => {
      asked[name] += 1;
      return Promise.resolve(value);
    };
    const storage = { persist: answer('persist', false), persisted: answer('persisted', false) };
    Object.defineProperty(navigator, 'storage', { configurable: true, value: storage });
    const fake = await openPage('runs');
    const { id } = await trained(fake, 1);
    act(() => fake.emit({ kind: 'kept', runId: id, step: 0, checkpoints: [] }));
    expect(asked.persist).toBe(0);
    act(() => fake.emit({ kind: 'kept', runId: id, step: 10, checkpoints: [] }));
    await screen.findByText(/This browser may delete runs when space runs short\./);
    act(() => fake.emit({ kind: 'kept', runId: id, step: 30, checkpoints: [] }));
    expect(asked.persist).toBe(1);
    // As after a reload: it looks, and does not ask again.
    act(() => useLasting.setState({ lasting: 'unknown' }));
    act(() => fake.emit({ kind: 'kept', runId: id, step: 100, checkpoints: [] }));
    await screen.findByText(/This browser may delete runs/);
    expect(asked.persist).toBe(1);
    storage.persist = answer('persist', true);
    press('Ask it not to');
    await screen.findByText('The browser promises not to delete them.');
    expect(useNotices.getState().notices).toEqual([]);
    Reflect.deleteProperty(navigator, 'storage');
  });
});
