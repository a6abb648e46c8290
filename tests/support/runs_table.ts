/** The table of runs as a test asks about it, and runs that a browser is said to keep. */
import { screen, within } from '@testing-library/react';
import type { ListedRun } from '../../src/lab/protocol/protocol';
import { presets } from '../../src/lab/run/presets';
import { parseRunConfig } from '../../src/lab/run/run_config';
import { columnIds } from '../../src/ui/pages/runs/column_kinds';
import { useRunsView } from '../../src/ui/pages/runs/runs_view';

/** Shows every column there is; for `beforeEach`. */
export function withColumns(): void {
  useRunsView.setState({ columns: columnIds });
}

export const runsTable = () => screen.getByRole('grid', { name: 'Runs' });

/** Cells of a run's row by the head of their column, numbers of several models together. */
export function rowOf(name: string): Readonly<Record<string, string>> {
  const heads = within(runsTable())
    .getAllByRole('columnheader')
    .map(({ textContent }) => textContent.replace(/[↑↓]$/, ''));
  const row = within(runsTable())
    .getByRole('checkbox', { name: `Choose ${name}` })
    .closest('[role="row"]');
  const cells = Array.from(row?.children ?? [], ({ textContent }) => textContent);
  return Object.fromEntries(cells.map((cell, index) => [heads[index] ?? '', cell]));
}

/** Names of the runs that are listed, from the top. */
export function listedNames(): readonly string[] {
  return within(runsTable())
    .getAllByRole('checkbox', { name: /^Choose (?!all)/ })
    .map((box) => box.getAttribute('aria-label')?.replace('Choose ', '') ?? '');
}

const settings = parseRunConfig(presets.figure1.config);

/** A kept run of the default experiment, finished, with `own` facts. */
export function listedRun(own: Partial<ListedRun>): ListedRun {
  return {
    id: 'kept',
    name: 'Run 1',
    config: settings,
    settings: own.config ?? settings,
    status: 'stopped',
    error: null,
    checkpoints: [],
    results: null,
    logged: null,
    about: { starred: false, tags: [], note: '' },
    step: 500,
    createdAt: 1,
    seconds: 12,
    bytes: 3 * 2 ** 20,
    opened: false,
    data: null,
    elsewhere: false,
    ...own,
  };
}
