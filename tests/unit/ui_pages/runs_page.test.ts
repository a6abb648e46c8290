// @vitest-environment happy-dom
/** The Runs page in every state of a run: one row each, with its numbers, and what can be done with it. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { showRecordedRun } from '../../../src/state/recorded';
import { useView } from '../../../src/state/view_store';
import { BUSY, cellsOf, closePage, openPage, scripted, trained } from '../../support/page_states';

const table = () => screen.getByRole('table', { name: 'Runs of this visit' });
/** Cells of a run's row by the head of their column, two numbers of two models together. */
function row(name: string): Readonly<Record<string, string>> {
  const heads = within(table())
    .getAllByRole('columnheader')
    .map(({ textContent }) => textContent);
  // The run that is shown says so behind its name.
  const cells = cellsOf(table(), `${name}shown`);
  return Object.fromEntries(cells.map((cell, index) => [heads[index + 1] ?? '', cell]));
}
const both = (value: (model: 0 | 1) => number | null | undefined, decimals: number) =>
  ([0, 1] as const).map((model) => value(model)?.toFixed(decimals)).join('');
const explained = (step: number) =>
  both((model) => scripted('figure1', step, model).metrics['metrics/explained_variance'], 3);

afterEach(closePage);

describe('without a run', () => {
  it('says that there is none, and where to begin', async () => {
    await openPage('runs');
    expect(screen.getByRole('heading', { level: 1, name: 'No runs yet' })).toBeDefined();
    const main = within(screen.getByRole('main'));
    expect(main.getByRole('link', { name: 'Go to Train' }).getAttribute('href')).toMatch(
      /#\/train/,
    );
    expect(main.getByRole('button', { name: 'Open weights…' })).toBeDefined();
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.getByRole('main').textContent).not.toMatch(/\d/);
  });
});

describe('a run that goes', () => {
  it('has the last batch, no held-out numbers, and cannot be deleted', async () => {
    const fake = await openPage('runs');
    const { name } = await trained(fake, 1);
    await expect.poll(() => row(name)['Last batch: EV']).toBe(explained(250));
    expect(row(name)).toMatchObject({
      Status: 'training',
      Data: 'Circle, sphere, helix',
      Models: 'SASA64 groups × 4TopK SAE256 latents',
      'Held out: EV': '––',
      Loss: '––',
      Dead: '––',
      Rows: 'Evaluate',
      Steps: '250 of 1000',
    });
    expect(table().getAttribute('aria-rowcount')).toBe('2');
    const actions = screen.getByRole('button', { name: `Actions on ${name}` });
    fireEvent.keyDown(actions, { key: 'Enter' });
    const items = await screen.findAllByRole('menuitem');
    const remove = items.find(({ textContent }) => textContent === 'Delete');
    expect(remove?.getAttribute('aria-disabled')).toBe('true');
  });
});

describe('a run that has ended', () => {
  it('has held-out numbers of every model with their rows, and can be exported', async () => {
    const fake = await openPage('runs');
    const { name } = await trained(fake, 4);
    const held = (model: number) => scripted('figure1', 1000, model).heldOut;
    await expect
      .poll(() => row(name)['Held out: EV'])
      .toBe(both((model) => held(model).explained_variance, 3));
    expect(row(name)).toMatchObject({
      Status: 'finished',
      'Last batch: EV': explained(1000),
      Loss: both((model) => held(model).mse, 3),
      l0: both((model) => held(model).l0, 1),
      Dead: both((model) => held(model).dead_groups, 0),
      Rows: 'held out, 16\u202f384 rows',
      Steps: '1000 of 1000',
    });
    expect(row(name)['Held out: EV']).not.toBe(row(name)['Last batch: EV']);
    const open = within(table()).getByRole<HTMLButtonElement>('button', { name: 'Export' });
    expect(open.disabled).toBe(false);
    expect(within(table()).queryByRole('button', { name: 'Evaluate' })).toBeNull();
  });

  it('says that its evaluation failed, with the reason, and evaluates again when asked', async () => {
    const fake = await openPage('runs', { refused: { evaluate: BUSY } });
    const { name } = await trained(fake, 4);
    const again = await screen.findByRole('button', { name: 'Failed: try again' });
    expect(again.title).toBe(BUSY.message);
    expect(row(name)['Held out: EV']).toBe('––');
    const asked = () => fake.asked.filter((name) => name === 'evaluate').length;
    const before = asked();
    fireEvent.click(again);
    await expect.poll(asked).toBe(before + 1);
  });

  it('stands below a newer one, each with its own numbers', async () => {
    const fake = await openPage('runs');
    const first = await trained(fake, 4);
    const second = await trained(fake, 1);
    await expect.poll(() => row(second.name)['Last batch: EV']).toBe(explained(250));
    const rows = within(table())
      .getAllByRole('row')
      .slice(1)
      .map(({ textContent }) => textContent);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain(`${second.name}showntraining`);
    expect(rows[1]).toContain(`${first.name}finished`);
    expect(rows[1]).toContain(explained(1000));
    expect(rows[1]).not.toContain(explained(250));
  });

  it('is marked as the one that all pages show, in a way that a table allows', async () => {
    const fake = await openPage('runs');
    const first = await trained(fake, 4);
    await trained(fake, 1);
    const rows = () => within(table()).getAllByRole('row').slice(1);
    const current = () => rows().map((each) => each.getAttribute('aria-current'));
    expect(current()).toEqual(['true', null]);
    expect(rows().some((each) => each.hasAttribute('aria-selected'))).toBe(false);
    act(() => useView.getState().showRun(first.id));
    expect(current()).toEqual([null, 'true']);
  });
});

describe('a run that failed', () => {
  it('says why and what helps, keeps its curves, and offers what its weights still give', async () => {
    const fake = await openPage('runs', { failAt: 500 });
    const { name } = await trained(fake, 2);
    await expect.poll(() => row(name)['Last batch: EV']).toBe(explained(500));
    const status = row(name)['Status'];
    expect(status).toContain('failed: losses/mse_loss of SASA became NaN at step 500.');
    expect(status).toContain('Lower the learning rate');
    expect(row(name)['Steps']).toBe('500 of 1000');
    expect(row(name)['Held out: EV']).toBe('––');
    expect(within(table()).getByRole('button', { name: 'Evaluate' })).toBeDefined();
  });

  it('has nothing to evaluate when it never began', async () => {
    const fake = await openPage('runs', { failAt: 0 });
    const { name } = await trained(fake, 0);
    await screen.findByRole('button', { name });
    expect(row(name)).toMatchObject({
      'Last batch: EV': '––',
      Rows: '',
      Steps: '0 of 1000',
      Time: '–',
    });
    expect(row(name)['Status']).toContain('at step 0');
    expect(within(table()).queryByRole('button', { name: 'Evaluate' })).toBeNull();
  });
});

describe('without WebGPU', () => {
  it('lists nothing, says why, and offers neither training nor opening', async () => {
    await openPage('runs', { adapter: null });
    expect(screen.getByRole('heading', { level: 1, name: 'No runs yet' })).toBeDefined();
    const main = screen.getByRole('main');
    expect(main.textContent).toContain('This browser has no WebGPU. Use Chrome 113 or later.');
    expect(screen.queryByRole('table')).toBeNull();
    expect(within(main).queryByRole('button')).toBeNull();
    expect(within(main).queryByRole('link', { name: 'Go to Train' })).toBeNull();
  });

  it('lists the recorded run, which can be neither evaluated nor exported, and opens no weights', async () => {
    await openPage('runs', { adapter: null });
    await act(showRecordedRun);
    expect(row('Recorded run')).toMatchObject({ Status: 'recorded', Rows: '' });
    const button = within(table()).getByRole<HTMLButtonElement>('button', { name: 'Export' });
    expect(button.disabled).toBe(true);
    expect(button.title).toBe('Its weights are not in this page');
    expect(screen.queryByRole('button', { name: 'Open weights…' })).toBeNull();
    expect(screen.getByRole('main').textContent).toContain('Weights cannot be opened here.');
  });
});
