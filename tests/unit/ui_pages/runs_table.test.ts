// @vitest-environment happy-dom
/** The table of runs at work: order, filter, columns, chosen runs and what differs between them, keys; nothing asked per row. */
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { ListedRun } from '../../../src/lab/protocol/protocol';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { useQuestions } from '../../../src/state/questions';
import { runOf, useRuns } from '../../../src/state/runs_store';
import { useView } from '../../../src/state/view_store';
import { DEFAULT_COLUMNS } from '../../../src/ui/pages/runs/run_columns';
import { runsCsv } from '../../../src/ui/pages/runs/runs_csv';
import { factsOf } from '../../../src/ui/pages/runs/run_facts';
import { readRemembered, useRunsView } from '../../../src/ui/pages/runs/runs_view';
import { closePage, openPage } from '../../support/page_states';
import { listedNames, listedRun, rowOf, runsTable } from '../../support/runs_table';

const settings = parseRunConfig(presets.figure1.config);
const report = (explained_variance: number) => ({
  rows: 100,
  split: 'held_out' as const,
  explained_variance,
  mse: 1 - explained_variance,
  l0: 4,
  dead_groups: 0,
});

/** A finished run whose models explain so much. */
const finished = (id: string, evs: readonly [number, number], own: Partial<ListedRun> = {}) =>
  listedRun({
    id,
    name: id,
    status: 'finished',
    step: 1000,
    results: evs.map(report),
    logged: evs.map((ev) => ({ 'metrics/explained_variance': ev })),
    ...own,
  });
const withTraining = (own: Partial<typeof settings.training>) => ({
  ...settings,
  training: { ...settings.training, ...own },
});

/** The last is the newest. */
const THREE = [
  finished('Anna', [0.5, 0.9]),
  finished('Bert', [0.7, 0.6], {
    config: withTraining({ lr: 1e-3 }),
    about: { starred: true, tags: ['week'], note: 'keep' },
  }),
  finished('Carl', [0.8, 0.2], { config: withTraining({ seed: 4 }) }),
];

async function openRuns(kept: readonly ListedRun[] = THREE) {
  const fake = await openPage('runs', { kept });
  await screen.findByRole('checkbox', { name: `Choose ${kept[0]?.name ?? ''}` });
  return fake;
}
const head = (name: string) =>
  within(runsTable()).getByRole('columnheader', { name: new RegExp(`^${name}`) });
const press = (name: string) => fireEvent.click(within(head(name)).getByRole('button'));
const choose = (name: string, shiftKey = false) =>
  fireEvent.click(screen.getByRole('checkbox', { name: `Choose ${name}` }), { shiftKey });
const filterBox = () => screen.getByRole('textbox', { name: 'Search or filter the runs' });
const type = (value: string) => fireEvent.change(filterBox(), { target: { value } });
const key = (name: string) => fireEvent.keyDown(document.body, { key: name });
const main = () => screen.getByRole('main').textContent;

afterEach(async () => {
  await closePage();
  localStorage.clear();
});

describe('order', () => {
  it('begins with the newest, and sorts by a head, best model first', async () => {
    await openRuns();
    expect(listedNames()).toEqual(['Carl', 'Bert', 'Anna']);
    press('EV');
    expect(listedNames()).toEqual(['Anna', 'Carl', 'Bert']);
    expect(head('EV').getAttribute('aria-sort')).toBe('descending');
    expect(main()).toContain('of each run’s best model, largest first');
    // Anna's second model is the one that decides.
    const [anna] = within(runsTable()).getAllByRole('row').slice(1);
    const decides = anna?.querySelectorAll('[data-decides="true"]');
    expect(Array.from(decides ?? [], ({ textContent }) => textContent)).toEqual(['0.900']);
    press('EV');
    expect(listedNames()).toEqual(['Bert', 'Carl', 'Anna']);
    press('Run');
    expect(listedNames()).toEqual(['Anna', 'Bert', 'Carl']);
    expect(head('EV').getAttribute('aria-sort')).toBe('none');
  });

  it('keeps equal ones as they were started, and what is not known last', async () => {
    const open = listedRun({ id: 'Dora', name: 'Dora' });
    await openRuns([...THREE, open]);
    press('l0');
    expect(listedNames()).toEqual(['Carl', 'Bert', 'Anna', 'Dora']);
    press('l0');
    expect(listedNames()).toEqual(['Carl', 'Bert', 'Anna', 'Dora']);
  });
});

describe('filter', () => {
  it('narrows the list, says what is wrong in a sentence, and that nothing passes', async () => {
    await openRuns();
    type('#week lr = 1e-3');
    expect(listedNames()).toEqual(['Bert']);
    expect(main()).toContain('1 of 3 runs');
    type('ev > 90');
    expect(main()).toContain('"ev" is a share from 0 to 1: write 90% for per cent');
    expect(listedNames()).toHaveLength(3);
    type('nobody');
    expect(main()).toContain('No run matches this filter.');
    fireEvent.click(screen.getByRole('button', { name: 'Show all' }));
    expect(listedNames()).toHaveLength(3);
  });
});

describe('what is remembered', () => {
  it('are columns, order and filter', async () => {
    await openRuns();
    expect(within(runsTable()).queryByRole('columnheader', { name: /^Batch EV/ })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Columns' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Last batch: explained variance' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Status' }));
    expect(rowOf('Carl')).toMatchObject({ 'Batch EV': '0.8000.200' });
    expect(rowOf('Carl')).not.toHaveProperty('Status');
    press('EV');
    type('carl');
    const { columns } = useRunsView.getState();
    expect(columns).toContain('batch_ev');
    expect(columns).not.toContain('status');
    const stored: unknown = JSON.parse(localStorage.getItem('sasa-lab.runs-table') ?? '');
    const { state } = stored as { readonly state: unknown };
    expect(readRemembered(state)).toEqual({
      columns,
      order: { column: 'ev', descending: true },
      filter: 'carl',
    });
  });

  it('is checked when it is read back', () => {
    const opening = {
      columns: DEFAULT_COLUMNS,
      order: { column: 'started', descending: true },
      filter: '',
    };
    expect(readRemembered(null)).toEqual(opening);
    expect(
      readRemembered({ columns: [], order: { column: 'no', descending: 1 }, filter: 3 }),
    ).toEqual(opening);
    const partly = {
      columns: ['ev', 'gone'],
      order: { column: 'ev', descending: false },
      filter: 'a',
    };
    expect(readRemembered(partly)).toEqual({ ...partly, columns: ['name', 'ev'] });
  });
});

describe('chosen runs', () => {
  it('show the settings that differ and only these, with what was changed while they ran', async () => {
    const changed = finished('Emma', [0.1, 0.1], {
      config: settings,
      settings: withTraining({ lr: 5e-4 }),
    });
    await openRuns([...THREE, changed]);
    choose('Anna');
    expect(screen.queryByRole('region', { name: 'Settings that differ' })).toBeNull();
    choose('Bert');
    choose('Emma');
    const panel = screen.getByRole('region', { name: 'Settings that differ' });
    const rows = within(panel)
      .getAllByRole('row')
      .map(({ children }) => Array.from(children, ({ textContent }) => textContent));
    expect(rows.slice(1)).toEqual([['Learning rate', '0.002 → 0.0005', '0.001', '0.002']]);
    expect(within(panel).getByText('0.002 → 0.0005').getAttribute('data-changed')).toBe('true');
    const differing = Array.from(
      runsTable().querySelectorAll('[data-differs="true"]'),
      ({ textContent }) => textContent,
    );
    expect(differing).toEqual(['5e-4', '1e-3', '2e-3']);
    expect(rowOf('Emma')['Changed']).toBe('lr');
    expect(main()).toMatch(/3 runs chosen, 9\sMiB/);
  });

  it('are a range with the shift key, and all with the box in the head', async () => {
    await openRuns();
    choose('Carl');
    choose('Anna', true);
    expect(main()).toContain('3 runs chosen');
    fireEvent.click(screen.getByRole('checkbox', { name: 'Choose all runs of the list' }));
    expect(main()).not.toContain('chosen');
  });

  it('are laid under the curves of Train', async () => {
    const fake = await openRuns();
    choose('Carl');
    choose('Anna');
    fireEvent.click(screen.getByRole('button', { name: 'Overlay on curves' }));
    expect(useView.getState().overlays).toEqual(['Carl', 'Anna']);
    expect(window.location.hash).toMatch(/^#\/train/);
    // Only now are their curves read.
    expect(fake.asked.filter((name) => name === 'kept_past')).toHaveLength(2);
  });

  it('are deleted together, with one undo', async () => {
    const fake = await openRuns();
    choose('Carl');
    choose('Anna');
    fireEvent.click(screen.getByRole('button', { name: 'Delete chosen' }));
    await screen.findByText('Deleted 2 runs');
    expect(listedNames()).toEqual(['Bert']);
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await expect.poll(listedNames).toEqual(['Carl', 'Bert', 'Anna']);
    expect(fake.asked.filter((name) => name === 'delete_kept_run')).toHaveLength(2);
  });
});

describe('keys', () => {
  it('move, choose, star, search and open', async () => {
    const fake = await openRuns();
    key('j');
    key('j');
    key('x');
    expect(useRunsView.getState().chosen).toEqual(new Set(['Bert']));
    key('k');
    key('s');
    expect(runOf('Carl')?.about.starred).toBe(true);
    expect(fake.commands.at(-1)).toMatchObject({
      name: 'describe_kept_run',
      ask: { runId: 'Carl', about: { starred: true, tags: [], note: '' } },
    });
    key('/');
    expect(document.activeElement).toBe(filterBox());
    filterBox().blur();
    key('Enter');
    expect(useView.getState().runId).toBe('Carl');
    expect(window.location.hash).toMatch(/^#\/train/);
  });
});

describe('200 runs', () => {
  it('are listed with their numbers by one question and no look into a folder', async () => {
    const kept = Array.from({ length: 200 }, (_, index) =>
      finished(`Run ${index + 1}`, [0.5, index / 200], { createdAt: index }),
    );
    const fake = await openRuns(kept.toReversed());
    expect(rowOf('Run 200')['EV']).toBe('0.5000.995');
    expect(main()).toContain('200 of 200 runs');
    press('EV');
    type('ev > .5');
    expect(main()).toContain('99 of 200 runs');
    const about = fake.asked.filter((name) => name.endsWith('_kept_run') || name === 'kept_past');
    expect(about).toEqual([]);
    expect(fake.asked).not.toContain('evaluate');
    expect(fake.asked.filter((name) => name === 'list_kept_runs').length).toBeLessThanOrEqual(2);
    // No room for curves that nobody looks at.
    expect(runOf('Run 1')?.models[0]?.metrics.steps.view().buffer.byteLength).toBe(0);
  });

  it('of a lab that wrote no metrics into the list are read when their rows are seen', async () => {
    const old = finished('Old', [0.5, 0.5], { results: null, logged: null });
    const fake = await openRuns([old, ...THREE]);
    await expect.poll(() => fake.asked.filter((name) => name === 'kept_past')).toHaveLength(1);
  });
});

describe('what codes cost', () => {
  const costly = (id: string, bits: number, pruned: number) =>
    finished(id, [0.9, 0.9], {
      results: [0, 1].map((model) => ({
        ...report(0.9),
        pruned_l0: pruned + model,
        groups_per_token: 1 + 3 * model,
        bits_per_token: bits + model,
        bits_per_token_low: bits + model - 0.5,
        bits_per_token_high: bits + model + 0.5,
        bits_rows: { training: 900, evaluated: 100, judged: 100 },
      })),
    });
  const RUNS = [
    finished('Old', [0.9, 0.9]),
    costly('Cheap', 11, 2.5),
    costly('Dear', 27, 4),
    finished('None', [0.9, 0.9], {
      results: [0, 1].map(() => ({
        ...report(0.9),
        bits_per_token: null,
        not_defined: { bits_per_token: 'Bits need 100 evaluated rows or more.' },
      })),
    }),
  ];

  it('sorts by bits, those without last, and filters by each', async () => {
    await openRuns(RUNS);
    press('Bits');
    expect(listedNames()).toEqual(['Dear', 'Cheap', 'None', 'Old']);
    press('Bits');
    expect(listedNames().slice(0, 2)).toEqual(['Cheap', 'Dear']);
    type('bits < 20');
    expect(listedNames()).toEqual(['Cheap']);
    type('pruned_l0 < 3 and units = 1');
    expect(listedNames()).toEqual(['Cheap']);
  });

  it('has an interval where it is known, and a reason where bits are not', async () => {
    await openRuns(RUNS);
    const titles = (name: string) =>
      Array.from(
        screen
          .getByRole('checkbox', { name: `Choose ${name}` })
          .closest('[role="row"]')
          ?.querySelectorAll('.runs-bits li') ?? [],
        (cell) => cell.getAttribute('title'),
      );
    expect(rowOf('Old')['Bits']).toBe('––');
    expect(titles('Cheap')[0]).toBe('11; 95 %: 10.5 to 11.5');
    expect(titles('None')[0]).toBe('Bits need 100 evaluated rows or more.');
    expect(titles('Old')[0]).toBe('Not measured when this was evaluated. Evaluate it again.');
  });

  it('is saved with the list, a row a model', async () => {
    await openRuns(RUNS);
    const { runs } = useRuns.getState();
    const { evaluate } = useQuestions.getState();
    const ids = ['Cheap', 'None', 'Old'];
    const table = runsCsv(ids.flatMap((id) => (runs[id] ? [factsOf(runs[id], evaluate)] : [])));
    const column = (name: string) =>
      [...table.rows].map((row) => row[table.columns.indexOf(name)] ?? null);
    expect(column('run')).toEqual(['Cheap', 'Cheap', 'None', 'None', 'Old', 'Old']);
    expect(column('pruned_l0')).toEqual([2.5, 3.5, null, null, null, null]);
    expect(column('units')).toEqual([1, 4, null, null, null, null]);
    expect(column('bits')).toEqual([11, 12, null, null, null, null]);
    expect(column('bits_per_token_low')).toEqual([10.5, 11.5, null, null, null, null]);
    expect(column('not_defined')[2]).toBe('bits_per_token: Bits need 100 evaluated rows or more.');
    expect(new Set([...table.rows].map((row) => row.length))).toEqual(
      new Set([table.columns.length]),
    );
  });
});
