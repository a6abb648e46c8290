// @vitest-environment happy-dom
/** Runs that go out and come in, on the page: what is said before, while and after, and what was not taken. */
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { ImportedRun, ListedRun } from '../../../src/lab/protocol/protocol';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { useCarried } from '../../../src/state/carried_runs';
import { useNotices } from '../../../src/state/notices_store';
import { zipFolder } from '../../../src/io/archive';
import { BUSY, closePage, openPage } from '../../support/page_states';

const settings = parseRunConfig(presets.figure1.config);
const run: ListedRun = {
  id: 'kept',
  name: 'Run 7',
  config: settings,
  settings,
  status: 'stopped',
  error: null,
  results: null,
  logged: null,
  about: { starred: false, tags: [], note: '' },
  checkpoints: [],
  step: 500,
  createdAt: 1,
  seconds: 12,
  bytes: 3 * 2 ** 20,
  opened: false,
  data: null,
  elsewhere: false,
};
const saved: string[] = [];
const open = (options: Parameters<typeof openPage>[1] = {}) => {
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push(this.download);
  });
  return openPage('runs', { kept: [run], ...options });
};

afterEach(async () => {
  saved.length = 0;
  useCarried.setState({ current: null });
  vi.restoreAllMocks();
  await closePage();
});

const dialog = () => screen.findByRole('dialog');
const press = async (name: string) =>
  fireEvent.click(within(await dialog()).getByRole('button', { name }));
const titles = () => useNotices.getState().notices.map(({ title }) => title);

it('all runs are exported as one file, after it was said how large it will be', async () => {
  const fake = await open();
  fireEvent.click(await screen.findByRole('button', { name: 'Export all…' }));
  const shown = await screen.findByRole('dialog', { name: 'Export all runs' });
  await within(shown).findByText('1 run, about 3 MiB');
  fireEvent.click(
    within(shown).getByRole('checkbox', { name: /Earlier checkpoints too: 3, 6.MiB more/ }),
  );
  await within(shown).findByText('1 run, about 9 MiB');
  await press('Save');
  await waitFor(() => expect(saved).toHaveLength(1));
  expect(saved[0]).toMatch(/^SASA lab runs \d{4}-\d\d-\d\d\.zip$/);
  expect(screen.queryByRole('dialog')).toBeNull();
  const asked = fake.commands.findLast((command) => command.kind === 'ask');
  expect(asked).toMatchObject({
    name: 'export_kept_runs',
    ask: { runIds: null, checkpoints: 'all', to: null },
  });
});

it('one run is exported from its menu, tells how far it is and can be given up', async () => {
  const fake = await open({ held: ['export_kept_runs'] });
  fireEvent.keyDown(await screen.findByRole('button', { name: 'Actions on Run 7' }), {
    key: 'Enter',
  });
  fireEvent.click(await screen.findByRole('menuitem', { name: /Export run…/ }));
  await screen.findByRole('dialog', { name: 'Export Run 7' });
  await waitFor(() => press('Save'));
  const bar = await screen.findByRole('progressbar', { name: 'Export' });
  await waitFor(() => expect(bar.getAttribute('aria-valuetext')).toMatch(/^768.KiB of 3.MiB$/));
  await press('Cancel');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(fake.commands.at(-1)).toMatchObject({ kind: 'cancel' });
  expect(saved).toEqual([]);
  expect(titles()).toEqual([]);
});

const zip = new File(
  [
    Uint8Array.from(
      zipFolder('Run 7', { 'run.json': new Uint8Array(), 'kept.json': new Uint8Array() }),
    ),
  ],
  'runs.zip',
);
const choose = () =>
  fireEvent.change(screen.getByLabelText('Exported runs to import'), { target: { files: [zip] } });

it('what is here already or refused is listed with the reason', async () => {
  const imported: ImportedRun[] = [
    { from: 'Run 7', outcome: 'here', runId: 'kept', name: 'Run 7' },
    { from: 'Run 8', outcome: 'imported', runId: 'b', name: 'Run 8 (2)' },
    { from: 'Run 9', outcome: 'refused', error: BUSY },
  ];
  await open({ imported });
  await screen.findByRole('button', { name: 'Import' });
  choose();
  const shown = await screen.findByRole('dialog', { name: 'Not all was imported' });
  const rows = within(shown)
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent);
  expect(rows).toEqual([
    'Run 7 is already here, at the same step: nothing was imported. Show it',
    'Run 8 (2) was imported from Run 8. Show it',
    `Run 9 was refused, and nothing of it was kept.${BUSY.message} ${BUSY.wayOut}`,
  ]);
  const [close] = within(shown).getAllByRole('button', { name: 'Close' });
  if (close !== undefined) fireEvent.click(close);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

it('a file that cannot be read is refused with the way out, and what all came is told in passing', async () => {
  await open({ refused: { import_runs: BUSY } });
  await screen.findByRole('button', { name: 'Import' });
  choose();
  const alert = await within(await dialog()).findByRole('alert');
  expect(alert.textContent).toContain(`${BUSY.message} ${BUSY.wayOut}`);
});

it('runs that all came are told of in passing', async () => {
  await open({ imported: [{ from: 'Run 8', outcome: 'imported', runId: 'b', name: 'Run 8' }] });
  await screen.findByRole('button', { name: 'Import' });
  choose();
  await waitFor(() => expect(titles()).toContain('Imported Run 8'));
  expect(screen.queryByRole('dialog')).toBeNull();
});
