// @vitest-environment happy-dom
/** Going back to checkpoints on Train and on Groups: which numbers stand where, of which step they say they are, and the way back. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { navigate } from '../../../src/ui/route';
import { useGroupsView } from '../../../src/ui/pages/groups/groups_view';
import { useQuestions } from '../../../src/state/questions';
import { runOf } from '../../../src/state/runs_store';
import { useView } from '../../../src/state/view_store';
import type { FakeEngine } from '../../support/fake_engine';
import {
  BUSY,
  closePage,
  definition,
  openPage,
  scripted,
  trained,
} from '../../support/page_states';

const CHECKPOINTS = [10, 30, 100, 300, 500];

beforeEach(() => useGroupsView.setState(useGroupsView.getInitialState(), true));
afterEach(closePage);

const slider = () =>
  screen.findByRole<HTMLInputElement>('slider', { name: 'Checkpoint that is looked at' });
const bar = () => screen.findByRole('group', { name: 'Checkpoints' });
const press = async (key: string) => fireEvent.keyDown(await slider(), { key });
const keep = (fake: FakeEngine, id: string, checkpoints: readonly number[]) =>
  act(() => fake.emit({ kind: 'kept', runId: id, step: checkpoints.at(-1) ?? 0, checkpoints }));
/** A run at step 500 whose checkpoints are kept. */
const keptRun = async (fake: FakeEngine, checkpoints = CHECKPOINTS) => {
  const run = await trained(fake, 2);
  keep(fake, run.id, checkpoints);
  return run;
};
const explainedAt = (step: number) =>
  [0, 1]
    .map((model) => scripted('figure1', step, model).metrics['metrics/explained_variance'])
    .map((value, model) => `${['SASA: ', 'TopK SAE: '][model]}${value?.toFixed(3)}`)
    .join('');
const captions = () =>
  [...document.querySelectorAll('.shape-caption')].map(({ textContent }) => textContent).join();

describe('on Train', () => {
  it('is not there for a run without a past: not kept, or with one checkpoint', async () => {
    const fake = await openPage('train');
    const { id } = await trained(fake, 2);
    expect(screen.queryByRole('group', { name: 'Checkpoints' })).toBeNull();
    keep(fake, id, [10]);
    expect(screen.queryByRole('group', { name: 'Checkpoints' })).toBeNull();
    keep(fake, id, [10, 30]);
    await bar();
  });

  it('shows shapes and tiles of the checkpoint, and the present again, and changes nothing else', async () => {
    const fake = await openPage('train');
    const run = await keptRun(fake);
    const before = captions();
    expect((await bar()).textContent).toContain('now, step 500 of 1000');
    expect((await slider()).getAttribute('aria-valuetext')).toBe('step 500 of 1000, the latest');
    await press('Home');
    await expect.poll(async () => (await bar()).textContent).toContain('at step 10 of 1000');
    expect(definition('Explained variance step 10')).toBe(explainedAt(10));
    await expect.poll(captions).not.toBe(before);
    expect((await slider()).getAttribute('aria-valuetext')).toBe('step 10 of 1000');
    await press('ArrowRight');
    await expect.poll(async () => (await bar()).textContent).toContain('at step 30 of 1000');
    expect(definition('Explained variance step 30')).toBe(explainedAt(30));
    // Asked once a step, and kept.
    await press('ArrowLeft');
    await expect.poll(async () => (await bar()).textContent).toContain('at step 10 of 1000');
    expect(fake.asked.filter((name) => name === 'probe_checkpoint')).toHaveLength(2);
    expect(runOf(run.id)).toMatchObject({ step: 500, status: 'running' });

    await press('End');
    expect((await bar()).textContent).toContain('now, step 500 of 1000');
    expect(definition('Explained variance last batch')).toBe(explainedAt(500));
    expect(captions()).toBe(before);
  });

  it('says of which step the numbers are until those of the next are there', async () => {
    const fake = await openPage('train', { held: ['probe_checkpoint'] });
    await keptRun(fake);
    await press('Home');
    await expect.poll(async () => (await bar()).textContent).toContain('reading step 10…');
    expect((await bar()).textContent).toContain('now, step 500 of 1000');
    expect(definition('Explained variance last batch')).toBe(explainedAt(500));
    // Another one gives the first up.
    await press('ArrowRight');
    expect(fake.commands.filter(({ kind }) => kind === 'cancel')).toHaveLength(1);
  });

  it('says when a checkpoint cannot be read, and asks again', async () => {
    const fake = await openPage('train', { refused: { probe_checkpoint: BUSY } });
    await keptRun(fake);
    await press('Home');
    const alert = await within(await bar()).findByRole('alert');
    expect(alert.textContent).toContain(BUSY.message);
    fireEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    const asked = () => fake.asked.filter((name) => name === 'probe_checkpoint').length;
    await expect.poll(asked).toBe(2);
    await press('End');
    expect(within(await bar()).queryByRole('alert')).toBeNull();
  });

  it('goes to the nearest when the chosen one is thinned out, and says so', async () => {
    const fake = await openPage('train');
    const { id } = await keptRun(fake);
    act(() => useView.getState().showCheckpoint(100));
    await expect.poll(async () => (await bar()).textContent).toContain('at step 100 of 1000');
    keep(fake, id, [10, 30, 300, 500]);
    await expect.poll(async () => (await bar()).textContent).toContain('at step 300 of 1000');
    expect((await bar()).textContent).toContain('step 100 is not there any more');
  });

  it('plays from the first to the latest', async () => {
    const fake = await openPage('train');
    await keptRun(fake, [10, 500]);
    fireEvent.click(await screen.findByRole('button', { name: 'Play the checkpoints' }));
    await expect.poll(async () => (await bar()).textContent).toContain('at step 10 of 1000');
    await expect.poll(async () => (await bar()).textContent).toContain('now, step 500');
    await screen.findByRole('button', { name: 'Play the checkpoints' });
    expect(useView.getState().checkpoint).toBeNull();
  });
});

describe('on Groups', () => {
  const card = () => screen.findByRole('article', { name: 'group 1' });

  it('shows table and card of the checkpoint, the chosen group stays, and the address says the step', async () => {
    const fake = await openPage('groups');
    await keptRun(fake);
    fireEvent.click(await screen.findByRole('button', { name: 'Analyse now' }));
    await screen.findByRole('grid', { name: 'All groups' });
    act(() => useGroupsView.setState({ group: 1 }));
    await expect.poll(async () => (await card()).textContent).toContain('of Sphere captured');
    await press('Home');
    await expect.poll(async () => (await bar()).textContent).toContain('at step 10 of 1000');
    await card();
    const asks = fake.commands.flatMap((command) => (command.kind === 'ask' ? [command] : []));
    await expect
      .poll(() => asks.length > 0 && fake.commands.at(-1))
      .toMatchObject({ name: 'group_card', ask: { group: 1, checkpoint: 10 } });
    await expect.poll(() => window.location.hash).toContain('step=10');
    // The run is at step 500, and nothing is said to be out of date: this is what was asked for.
    expect(screen.queryByText(/^Analysed at step/)).toBeNull();
    await press('End');
    await expect.poll(async () => (await bar()).textContent).toContain('now, step 500 of 1000');
    await expect.poll(() => window.location.hash).not.toContain('step=');
    const tables = Object.keys(useQuestions.getState().groups ?? {});
    expect(tables.filter((key) => key.includes('@'))).toHaveLength(1);
  });

  it('is opened by an address, and looks at a run that trains without analysing it as it is now', async () => {
    const fake = await openPage('groups');
    const { id } = await keptRun(fake);
    await screen.findByRole('heading', { level: 1, name: 'Still training' });
    act(() => navigate('groups', { step: 30, group: 1 }));
    await expect.poll(async () => (await bar()).textContent).toContain('at step 30 of 1000');
    await expect.poll(async () => (await card()).textContent).toContain('of Sphere captured');
    const asked = fake.commands.flatMap((command) =>
      command.kind === 'ask' && command.name === 'groups' ? [command.ask] : [],
    );
    expect(asked).toEqual([{ runId: id, model: 0, checkpoint: 30 }]);
    await press('End');
    await screen.findByRole('heading', { level: 1, name: 'Still training' });
  });
});
