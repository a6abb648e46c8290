// @vitest-environment happy-dom
/** The Diagnose page in every state of a run and of its analysis: verdict, tables and sections with their numbers. */
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/analysis/diagnosis';
import {
  BUSY,
  cellsOf,
  closePage,
  NO_WEBGPU,
  openPage,
  scripted,
  trained,
} from '../../support/page_states';
import { runOf, useRuns } from '../../../src/state/runs_store';
import { useView } from '../../../src/state/view_store';
import { shapeModels } from '../../support/scripted_shapes';

const main = () => within(screen.getByRole('main'));
const title = (name: string) => screen.findByRole('heading', { level: 1, name });
const table = (name: string) => screen.getByRole('table', { name });

afterEach(closePage);

describe('without a run', () => {
  it('says that nothing is trained, and where to begin', async () => {
    await openPage('diagnose');
    await title('Nothing trained yet');
    expect(main().getByRole('link', { name: 'Go to Train' })).toBeDefined();
    expect(main().queryByRole('table')).toBeNull();
    expect(main().queryByRole('button')).toBeNull();
  });

  it('says that there is no WebGPU and what helps, and offers no training', async () => {
    const fake = await openPage('diagnose', { adapter: null });
    await title(NO_WEBGPU);
    expect(screen.getByRole('main').textContent).toContain('Use Chrome 113 or later.');
    expect(screen.queryByRole('link', { name: 'Go to Train' })).toBeNull();
    expect(fake.asked).not.toContain('diagnose');
  });
});

describe('while a run goes', () => {
  it('says at which step it is, and diagnoses when asked', async () => {
    const fake = await openPage('diagnose');
    await trained(fake, 1);
    await title('Still training');
    expect(screen.getByRole('main').textContent).toContain('The run is at step 250 of 1000.');
    expect(main().queryByRole('table')).toBeNull();
    fireEvent.click(main().getByRole('button', { name: 'Analyse now' }));
    await title('Diagnosis');
    await expect
      .poll(() => screen.getByRole('main').textContent)
      .toContain('450 rows, none of them trained on, after step 250');
    // What takes time from training waits until it is asked for.
    expect(fake.asked).not.toContain('count_moves');
    // Nobody has asked for held-out numbers of a run that goes on.
    expect(cellsOf(table('Held-out quality'), 'Explained variance')).toEqual(['–', '–']);
    expect(
      within(table('Held-out quality')).getByRole('button', { name: 'Evaluate' }),
    ).toBeDefined();
  });

  it('shows how far a diagnosis of two models is, which can be given up', async () => {
    const fake = await openPage('diagnose', { held: ['diagnose'] });
    await trained(fake, 1);
    fireEvent.click(await screen.findByRole('button', { name: 'Analyse now' }));
    await title('Analysing');
    const bar = screen.getByRole('progressbar', { name: 'Analysis' });
    // A quarter of the first of two.
    await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe('13');
    fireEvent.click(main().getByRole('button', { name: 'Cancel' }));
    await title('Still training');
    expect(screen.queryByRole('progressbar')).toBeNull();
  });
});

describe('a run that has ended', () => {
  it('is diagnosed by itself: the verdict, and the models side by side', async () => {
    const fake = await openPage('diagnose');
    await trained(fake, 4);
    await title('Diagnosis');
    await expect
      .poll(() => screen.getByRole('list', { name: 'In short' }).textContent)
      .toContain('TopK SAE spreads the circle over 6 latents');
    expect(screen.getByRole('list', { name: 'In short' }).textContent).toContain(
      'SASA holds each of the 3 shapes in one group.',
    );
    expect(screen.getByRole('main').textContent).toContain('after step 1000');
    expect(screen.getByRole('main').textContent).not.toContain('after step 250');
    const [sasa, topk] = shapeModels(1000).map(({ indexed, rows }) =>
      diagnose(indexed.dictionary, indexed.codes, rows.truth),
    );
    const features = table('Known features');
    expect(cellsOf(features, 'Features held in one unit')).toEqual(['3 of 3', '0 of 3']);
    expect(cellsOf(features, 'R² of the matched units, mean')).toEqual([
      sasa?.recovery?.meanR2.toFixed(3),
      topk?.recovery?.meanR2.toFixed(3),
    ]);
    const dictionary = table('Dictionary');
    expect(cellsOf(dictionary, 'Units that fired')).toEqual(['3 of 64', '18 of 256']);
    expect(cellsOf(dictionary, 'Columns per row (l0)')).toEqual([
      sasa?.activity.l0.toFixed(2),
      topk?.activity.l0.toFixed(2),
    ]);
    // A scalar model has no rank to speak of.
    expect(cellsOf(dictionary, 'rank90 of maps, mean')[1]).toBe('–');
    const fired = within(dictionary).getByRole('link', { name: '18' });
    expect(fired.getAttribute('href')).toContain('filter=not+dead');
  });

  it('shows the held-out quality of both models with its rows', async () => {
    const fake = await openPage('diagnose');
    await trained(fake, 4);
    await title('Diagnosis');
    const heldOut = [0, 1].map((model) => scripted('figure1', 1000, model).heldOut);
    const quality = () => table('Held-out quality');
    await expect
      .poll(() => cellsOf(quality(), 'Explained variance'))
      .toEqual(heldOut.map((report) => report.explained_variance?.toFixed(3)));
    expect(cellsOf(quality(), 'Dead units')).toEqual(
      heldOut.map((report) => String(report.dead_groups)),
    );
    await expect
      .poll(() => cellsOf(quality(), 'Bits a token'))
      .toEqual(['18.0 95 %: 17.5 to 18.5', '27.0 95 %: 26.5 to 27.5']);
    expect(cellsOf(quality(), 'Units per row')).toEqual(['1.0', '4.0']);
    expect(quality().textContent).toContain('Quality: held out, 16\u202f384 rows');
    expect(within(quality()).queryByRole('button')).toBeNull();
    const last = scripted('figure1', 1000, 0).metrics['metrics/explained_variance']?.toFixed(3);
    expect(quality().textContent).not.toContain(last);
  });

  it('has a section for all that can go wrong, with its tables', async () => {
    const fake = await openPage('diagnose');
    await trained(fake, 4);
    await title('Diagnosis');
    const titles = [
      'Splitting',
      'Recovery',
      'Ranks',
      'Packing',
      'Moves',
      'Dead and dense units',
      'Overlap',
    ];
    const textsOf = (elements: readonly HTMLElement[]) =>
      elements.map(({ textContent }) => textContent);
    expect(textsOf(screen.getAllByRole('heading', { level: 2 }))).toEqual(titles);
    const sections = within(screen.getByRole('navigation', { name: 'Sections' }));
    expect(textsOf(sections.getAllByRole('button'))).toEqual(
      titles.map((name) => name.replace(' units', '')),
    );
    const units = screen.getByRole('region', { name: 'Units per feature' });
    // Of the circle: two dimensions; at least 1, then 1 and 1 for the block model.
    expect(cellsOf(units, 'Circle').slice(0, 5)).toEqual(['2', '1', '1', '1', '1.0']);
    expect(screen.getAllByText('Features and the units matched to them')).toHaveLength(2);
  });

  it('counts the moves of small models by itself, with links to the groups and the rows that they were tried on', async () => {
    const fake = await openPage('diagnose');
    await trained(fake, 4);
    await title('Diagnosis');
    const section = within(screen.getByRole('region', { name: 'Moves' }));
    // The other model is a scalar one.
    section.getByText('Its latents are single directions: nothing can be moved.');
    await section.findByText('1 of 3 live groups would be unpacked, 1 pair would be rearranged.');
    section.getByText(/Found on 12.288 held-out rows, judged on 4096 others\./);
    const tables = ['Groups that would be unpacked', 'Pairs that would be rearranged, 2 tried'];
    const links = tables.map((name) =>
      within(section.getByRole('region', { name }))
        .getAllByRole('link')
        .map(({ textContent }) => textContent),
    );
    expect(links).toEqual([['1'], ['0', '2']]);
    expect(section.getByRole('link', { name: '1' }).getAttribute('href')).toContain('group=1');
    expect(section.queryByRole('button', { name: /^Count/ })).toBeNull();
    expect(fake.asked.filter((name) => name === 'count_moves')).toHaveLength(1);
  });

  it('gives up counting moves when asked to, and begins again when asked to', async () => {
    const fake = await openPage('diagnose', { held: ['count_moves'] });
    await trained(fake, 4);
    await title('Diagnosis');
    const section = within(screen.getByRole('region', { name: 'Moves' }));
    await section.findByText(/ 25 %$/);
    fireEvent.click(section.getByRole('button', { name: 'Cancel' }));
    const asked = () => fake.asked.filter((question) => question === 'count_moves').length;
    fireEvent.click(await section.findByRole('button', { name: 'Count moves' }));
    await section.findByText(/ 25 %$/);
    expect(asked()).toBe(2);
  });

  it('makes a new run of the moved weights, which waits, and leaves the old one', async () => {
    const fake = await openPage('diagnose');
    const { id, name } = await trained(fake, 4);
    await title('Diagnosis');
    const section = within(screen.getByRole('region', { name: 'Moves' }));
    fireEvent.click(
      await section.findByRole('button', { name: 'Make a new run with these moves' }),
    );
    await expect.poll(() => useRuns.getState().order.length).toBe(2);
    await expect
      .poll(() => runOf(useView.getState().runId)?.name.replaceAll('\u202f', ' '))
      .toBe(`${name}, moved`);
    const opened = runOf(useView.getState().runId);
    expect(opened).toMatchObject({ opened: true, status: 'paused', step: 0 });
    expect(opened?.models).toHaveLength(1);
    expect(opened?.models[0]?.before).toMatchObject({
      steps: 1000,
      changes: [{ step: 1000, move: 'unpack', from: [1] }],
    });
    expect(runOf(id)).toMatchObject({ status: 'finished', step: 1000 });
  });

  it('says why it cannot be diagnosed, and asks again', async () => {
    const fake = await openPage('diagnose', { refused: { diagnose: BUSY } });
    await trained(fake, 4);
    await title(BUSY.message);
    expect(main().getByText(BUSY.wayOut)).toBeDefined();
    expect(main().queryByRole('table')).toBeNull();
    const asked = () => fake.asked.filter((name) => name === 'diagnose').length;
    expect(asked()).toBe(1);
    fireEvent.click(main().getByRole('button', { name: 'Try again' }));
    await expect.poll(asked).toBe(2);
  });
});

describe('a run that failed', () => {
  it('is diagnosed as it was when it failed, and can be evaluated', async () => {
    const fake = await openPage('diagnose', { failAt: 500 });
    await trained(fake, 2);
    await title('Diagnosis');
    expect(screen.getByRole('main').textContent).toContain('after step 500');
    const quality = table('Held-out quality');
    expect(cellsOf(quality, 'Explained variance').slice(-1)).toEqual(['–']);
    fireEvent.click(within(quality).getByRole('button', { name: 'Evaluate' }));
    const then = scripted('figure1', 500, 0).heldOut.explained_variance?.toFixed(3);
    await expect.poll(() => cellsOf(table('Held-out quality'), 'Explained variance')[0]).toBe(then);
  });

  it('says why it never began', async () => {
    const fake = await openPage('diagnose', { failAt: 0 });
    const { name } = await trained(fake, 0);
    await title(`${name} could not begin`);
    expect(screen.getByRole('main').textContent).toContain('became NaN at step 0. Lower the');
    expect(main().queryByRole('table')).toBeNull();
  });
});
