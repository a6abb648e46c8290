// @vitest-environment happy-dom
/** The Groups page in every state of a run and of its analysis: what there is to do, and the numbers of every group. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { groupsAnswer } from '../../../src/lab/explore/groups_answer';
import { showRecordedRun } from '../../../src/state/recorded';
import { useView } from '../../../src/state/view_store';
import { useGroupsView } from '../../../src/ui/pages/groups/groups_view';
import {
  BUSY,
  cellsOf,
  closePage,
  lostWith,
  NO_WEBGPU,
  openPage,
  trained,
} from '../../support/page_states';
import { shapeModels } from '../../support/scripted_shapes';

const main = () => within(screen.getByRole('main'));
const title = (name: string) => screen.findByRole('heading', { level: 1, name });
const grid = () => screen.findByRole('grid', { name: 'All groups' });
/** What the engine answers about both models. */
const [sasa, topk] = shapeModels(1000).map((model) => groupsAnswer(model, 'held_out'));

beforeEach(() => {
  useGroupsView.setState(useGroupsView.getInitialState(), true);
});
afterEach(closePage);

describe('without a run', () => {
  it('says that nothing is trained, and where to begin', async () => {
    await openPage('groups');
    await title('Nothing trained yet');
    expect(main().getByRole('link', { name: 'Go to Train' }).getAttribute('href')).toMatch(
      /#\/train/,
    );
    expect(main().queryByRole('button')).toBeNull();
    expect(main().queryByRole('grid')).toBeNull();
  });

  it('says that there is no WebGPU and what helps, and offers no training, of the recorded run either', async () => {
    const fake = await openPage('groups', { adapter: null });
    for (const show of [() => undefined, showRecordedRun]) {
      await act(show);
      await title(NO_WEBGPU);
      expect(screen.getByRole('main').textContent).toContain('Use Chrome 113 or later.');
      expect(main().getAllByRole('link')).toEqual([
        main().getByRole('link', { name: 'More on the Train page' }),
      ]);
      expect(main().queryByRole('button')).toBeNull();
    }
    expect(fake.asked).not.toContain('groups');
  });
});

describe('while a run goes', () => {
  it('says at which step it is, and analyses when asked', async () => {
    const fake = await openPage('groups');
    await trained(fake, 1);
    await title('Still training');
    await expect
      .poll(() => screen.getByRole('main').textContent)
      .toContain('The run is at step 250 of 1000.');
    expect(main().queryByRole('grid')).toBeNull();
    fireEvent.click(main().getByRole('button', { name: 'Analyse now' }));
    expect(cellsOf(await grid(), '0')).toContain('Circle');
    fake.turn();
    // What is shown is of the step before, and says so.
    await expect
      .poll(() => screen.getByRole('main').textContent)
      .toContain('Analysed at step 250; the run is at step 500.');
    expect(main().getByRole('button', { name: 'Analyse now' })).toBeDefined();
  });

  it('shows how far an analysis is, which can be given up', async () => {
    const fake = await openPage('groups', { held: ['groups'] });
    await trained(fake, 1);
    fireEvent.click(await screen.findByRole('button', { name: 'Analyse now' }));
    await title('Analysing');
    const bar = screen.getByRole('progressbar', { name: 'Analysis' });
    await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe('25');
    expect(bar.getAttribute('aria-valuetext')).toBe('25 %, Encoding rows');
    fireEvent.click(main().getByRole('button', { name: 'Cancel' }));
    await title('Still training');
    expect(screen.queryByRole('progressbar')).toBeNull();
    expect(fake.commands.at(-1)?.kind).toBe('cancel');
  });
});

describe('a run that has ended', () => {
  it('is analysed by itself: a row a group with its numbers, dead ones without', async () => {
    const fake = await openPage('groups');
    await trained(fake, 4);
    const table = await grid();
    expect(table.getAttribute('aria-rowcount')).toBe('65');
    const row = at(sasa?.rows ?? [], 1);
    // Every third row is a sphere.
    expect(cellsOf(table, '1').slice(0, 6)).toEqual([
      'Sphere',
      '33.3\u202f%',
      row.meanNorm.toFixed(2),
      row.weightStableRank.toFixed(1),
      row.codeStableRank.toFixed(1),
      row.irreducibility?.toFixed(2),
    ]);
    expect(cellsOf(table, '3').slice(0, 3)).toEqual(['never fires', '0\u202f%', '–']);
    const fires = within(table).getByRole('columnheader', { name: /^Fires/ });
    expect(fires.getAttribute('aria-sort')).toBe('descending');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByText(/^Analysed at step/)).toBeNull();
  });

  it('shows the card of the first group, and that of another when it is chosen', async () => {
    const fake = await openPage('groups');
    await trained(fake, 4);
    const table = await grid();
    const card = await screen.findByRole('article', { name: 'group 0' });
    expect(within(card).getByRole('heading', { level: 1, name: 'Group 0' })).toBeDefined();
    await expect.poll(() => card.textContent).toContain('100\u202f%of Circle captured');
    expect(card.textContent).toContain('6TopK SAE latents in its span');
    expect(card.textContent).not.toContain('of Sphere captured');
    fireEvent.click(at(within(table).getAllByText('Sphere'), 0));
    const other = await screen.findByRole('article', { name: 'group 1' });
    await expect.poll(() => other.textContent).toContain('of Sphere captured');
    const chosen = within(table)
      .getAllByRole('row')
      .filter((row) => row.getAttribute('aria-selected') === 'true');
    expect(chosen.map(({ firstChild }) => firstChild?.textContent)).toEqual(['1']);
  });

  it('shows what passes the filter, and says so when nothing does', async () => {
    const fake = await openPage('groups');
    await trained(fake, 4);
    await grid();
    const filter = screen.getByRole('textbox', { name: 'Search or filter the groups' });
    fireEvent.change(filter, { target: { value: 'not dead' } });
    await screen.findByText('3 of 64 groups');
    expect((await grid()).getAttribute('aria-rowcount')).toBe('4');
    fireEvent.change(filter, { target: { value: 'freq > 90%' } });
    await screen.findByText('0 of 64 groups');
    expect(screen.getByText('No group matches this filter.')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Show all' }));
    await expect.poll(async () => (await grid()).getAttribute('aria-rowcount')).toBe('65');
  });

  it('shows latents of the other model, which have no ranks', async () => {
    const fake = await openPage('groups');
    await trained(fake, 4);
    await grid();
    useView.getState().showModel(1);
    const table = await screen.findByRole('grid', { name: 'All latents' });
    expect(table.getAttribute('aria-rowcount')).toBe('257');
    const [first] = [...(topk?.rows ?? [])].sort((a, b) => b.frequency - a.frequency);
    const percent = `${(100 * (first?.frequency ?? 0)).toFixed(1)}\u202f%`;
    expect(cellsOf(table, String(first?.group))[1]).toBe(percent);
    expect(within(table).queryByRole('columnheader', { name: /rank/ })).toBeNull();
  });

  it('says why it cannot be analysed, and asks again', async () => {
    const fake = await openPage('groups', { refused: { groups: BUSY } });
    await trained(fake, 4);
    await title(BUSY.message);
    expect(main().getByText(BUSY.wayOut)).toBeDefined();
    expect(main().queryByRole('grid')).toBeNull();
    const asked = () => fake.asked.filter((name) => name === 'groups').length;
    expect(asked()).toBe(1);
    fireEvent.click(main().getByRole('button', { name: 'Try again' }));
    await expect.poll(asked).toBe(2);
  });

  it('says why a card cannot be drawn, below the numbers of the table', async () => {
    const fake = await openPage('groups', { refused: { group_card: BUSY } });
    await trained(fake, 4);
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain(`${BUSY.message} ${BUSY.wayOut}`);
    expect(screen.getByRole('article', { name: 'group 0' }).textContent).toContain('33.3\u202f%');
    expect(screen.queryByText(/of Circle captured/)).toBeNull();
    expect(within(alert).getByRole('button', { name: 'Try again' })).toBeDefined();
  });
});

describe('a run that failed', () => {
  it('is analysed as it was when it failed', async () => {
    const fake = await openPage('groups', { failAt: 500 });
    await trained(fake, 2);
    expect(cellsOf(await grid(), '0')).toContain('Circle');
    expect(screen.queryByText('Still training')).toBeNull();
  });

  it('says why it never began', async () => {
    const fake = await openPage('groups', { failAt: 0 });
    const { name } = await trained(fake, 0);
    await title(`${name} could not begin`);
    expect(screen.getByRole('main').textContent).toContain('became NaN at step 0. Lower the');
    expect(main().getByRole('link', { name: 'Go to Train' })).toBeDefined();
    expect(main().queryByRole('grid')).toBeNull();
  });

  it('says that the weights are gone with the engine', async () => {
    const fake = await openPage('groups');
    const run = await trained(fake, 1);
    fake.emit(lostWith(run.id));
    await title('The weights are gone');
    expect(main().getByRole('link', { name: 'Train again' })).toBeDefined();
    expect(main().queryByRole('button', { name: 'Analyse now' })).toBeNull();
  });
});
