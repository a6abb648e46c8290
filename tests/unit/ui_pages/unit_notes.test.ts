// @vitest-environment happy-dom
/**
 * What a person says of units on the Groups page: a name stands wherever the unit is named, whatever is removed can be had
 * back by a button, and a file of notes is compared with the weights before it is attached.
 */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_ANNOTATION } from '../../../src/lab/run/annotations';
import { flushAnnotations } from '../../../src/state/annotations';
import { engine } from '../../../src/state/engine_store';
import { useNotices } from '../../../src/state/notices_store';
import { useGroupsView } from '../../../src/ui/pages/groups/groups_view';
import { fakeWeights } from '../../support/fake_annotations';
import { cellsOf, closePage, openPage, trained } from '../../support/page_states';

const grid = () => screen.findByRole('grid', { name: 'All groups' });
const card = () => screen.findByRole('article', { name: 'group 0' });
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const press = async (name: string | RegExp) => fireEvent.click(await button(name));
const labels = async () => cellsOf(await grid(), '0')[0];
let runId = '';
const kept = async () => {
  await flushAnnotations();
  return (await engine.ask('annotations', { runId, annotated: 0, step: 1000 })).units;
};

beforeEach(async () => {
  useGroupsView.setState(useGroupsView.getInitialState(), true);
  runId = (await trained(await openPage('groups'), 4)).id;
  await card();
});
afterEach(closePage);

const fill = async (before: string, field: string, text: string) => {
  await press(before);
  const input = screen.getByRole('textbox', { name: field });
  fireEvent.change(input, { target: { value: text } });
  fireEvent.keyDown(input, { key: 'Enter' });
};

describe('the name of a unit', () => {
  it('stands in its card and in the table, is found by the filter, and is kept', async () => {
    await fill('+ name', 'Name of group 0', ' the round  one ');
    expect((await button('the round one')).title).toBe('Change its name');
    await expect.poll(labels).toBe('the round one Circle');
    const filter = screen.getByRole('textbox', { name: 'Search or filter the groups' });
    for (const text of ['round', '"the round one"', 'named']) {
      fireEvent.change(filter, { target: { value: text } });
      await screen.findByText('1 of 64 groups');
    }
    expect(await kept()).toEqual({ 0: { ...NO_ANNOTATION, name: 'the round one', step: 1000 } });
  });

  it('goes when it is emptied, and comes back by Undo', async () => {
    await fill('+ name', 'Name of group 0', 'round');
    await fill('round', 'Name of group 0', '');
    await screen.findByText('Removed the name “round” of group 0');
    await button('+ name');
    await press('Undo');
    await button('round');
    expect(await kept()).toMatchObject({ 0: { name: 'round' } });
  });
});

describe('what is removed', () => {
  it('is a tag, which comes back in its place', async () => {
    await fill('+ tag', 'New tag', 'one');
    await fill('+ tag', 'New tag', 'two');
    await press('Remove the tag one');
    await screen.findByText('Removed the tag one of group 0');
    await press('Undo');
    expect(await kept()).toMatchObject({ 0: { tags: ['one', 'two'] } });
  });

  it('is a note, which comes back before what was written since', async () => {
    const note = await screen.findByRole('textbox', { name: 'Note' });
    const write = (value: string) => {
      fireEvent.focus(note);
      fireEvent.change(note, { target: { value } });
      fireEvent.blur(note);
    };
    write('Seven days.');
    expect(useNotices.getState().notices).toEqual([]);
    write('');
    await screen.findByText('Removed the note on group 0');
    write('Other.');
    await press('Undo');
    expect(await kept()).toMatchObject({ 0: { note: 'Seven days.\n\nOther.' } });
  });

  it('is everything, and everything comes back', async () => {
    await press('Star');
    await fill('+ name', 'Name of group 0', 'round');
    const before = await kept();
    await open('Remove all notes 1 unit');
    await screen.findByText('Removed all that you noted on 1 unit');
    expect(await kept()).toEqual({});
    await press('Undo');
    expect(await kept()).toEqual(before);
  });
});

/** Opens the menu and chooses from it. */
async function open(item: string) {
  const menu = await button('All notes');
  fireEvent.keyDown(menu, { key: 'Enter' });
  const items = await screen.findAllByRole('menuitem');
  const found = items.find(({ textContent }) => textContent === item.replace(' 1 ', '1 '));
  if (found === undefined) throw new Error(items.map(({ textContent }) => textContent).join(', '));
  fireEvent.click(found);
}

describe('a file of notes', () => {
  const choose = async (content: unknown, name = 'mine.json') => {
    const file = new File([JSON.stringify(content)], name);
    const input = screen.getByLabelText('A file of notes');
    await act(async () => {
      fireEvent.change(input, { target: { files: [file] } });
      await Promise.resolve();
    });
  };
  const units = { 0: { name: 'circle' }, 5: { note: 'Five.' }, 64: { starred: true } };

  it('of the same weights is attached; the names are the file’s, and it can be taken back', async () => {
    await fill('+ name', 'Name of group 0', 'round');
    const before = await kept();
    await choose({ version: 1, weights: fakeWeights(0), step: 1000, units });
    await screen.findByText('Took 2 units from mine.json; 1 unit of it is not in this model');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(await kept()).toMatchObject({
      0: { name: 'circle', note: 'Also named “round”.' },
      5: { note: 'Five.' },
    });
    await press('Undo');
    expect(await kept()).toEqual(before);
  });

  it('of other weights is attached by number only when the person says so', async () => {
    await choose({ version: 1, weights: 'cd'.repeat(32), step: 400, units });
    const dialog = await screen.findByRole('dialog', {
      name: 'These notes were made on other weights',
    });
    expect(dialog.textContent).toContain('mine.json has notes on 3 units, made at step 400');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(await kept()).toEqual({});
    await choose({ weights: 'cd'.repeat(32), units });
    await press('Attach by number');
    await screen.findByText(/^Took 2 units from mine\.json/);
    expect(await kept()).toMatchObject({ 0: { name: 'circle' } });
  });

  it('that does not say of which weights is asked about too', async () => {
    await choose({ units });
    await screen.findByRole('dialog', {
      name: 'Nobody knows on which weights these notes were made',
    });
  });

  it.each([
    [
      { version: 9, units },
      'mine.json is a file of annotations of version 9; this lab reads up to 1.',
    ],
    [{ models: [] }, 'mine.json holds no annotations: units is missing'],
  ])('that is %j is refused', async (content, sentence) => {
    await choose(content);
    expect((await screen.findByRole('alert')).textContent).toContain(sentence);
    expect(await kept()).toEqual({});
  });

  it('goes out as it comes in', async () => {
    const blobs: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return 'blob:';
    });
    await fill('+ name', 'Name of group 0', 'round');
    await open('Export notes.json');
    await expect.poll(() => blobs.length).toBe(1);
    expect(JSON.parse((await blobs[0]?.text()) ?? '')).toEqual({
      version: 1,
      weights: fakeWeights(0),
      step: 1000,
      units: { 0: { ...NO_ANNOTATION, name: 'round', step: 1000 } },
    });
    vi.restoreAllMocks();
  });
});
