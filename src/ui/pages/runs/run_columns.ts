/**
 * The columns of the table of runs: head, meaning on hover, width, what a cell says and by what it sorts. How cells look is
 * in RunCells.tsx; which of them are shown is the person's choice (runs_view.ts).
 */
import { qualityMeasure, rowsText } from '../../parts/held_out';
import {
  formatBytes,
  formatCount,
  formatExact,
  formatFixed,
  formatInteger,
} from '../../plots/format';
import {
  heldOut,
  NONE,
  number,
  ofModels,
  ofRun,
  settingText,
  wide,
  type ColumnId,
  type RunColumn,
} from './column_kinds';
import { durationText, startText } from './run_row';

/** Columns that fit a window of 1280 pixels. */
export const DEFAULT_COLUMNS: readonly ColumnId[] = [
  'name',
  'status',
  'data',
  'models',
  'lambda',
  'lr',
  'seed',
  'samples',
  'ev',
  'l0',
  'bits',
  'dead',
  'started',
  'size',
  'changed',
];

/** Columns of held-out results, which may be of the models as they were before. */
export const resultColumns: ReadonlySet<ColumnId> = new Set([
  'ev',
  'loss',
  'l0',
  'pruned_l0',
  'units',
  'bits',
  'dead',
  'rows',
]);

export const runColumns: readonly RunColumn[] = [
  wide('name', 'Run', 'Its name, star and tags.', [140, 1.6], null, {
    of: 'run',
    value: ({ run }) => run.name,
  }),
  wide(
    'status',
    'Status',
    'How it stands; one that stopped says at which step.',
    [134, 0.2],
    null,
    {
      of: 'run',
      value: ({ status }) => status,
    },
  ),
  wide(
    'data',
    'Data',
    'What it was trained on.',
    [100, 0.9],
    ({ data }) => [{ text: data, title: data }],
    { of: 'run', value: ({ data }) => data },
    true,
  ),
  wide(
    'models',
    'Models',
    'Architecture and size: groups × rank with s active groups, or latents with k active ones.',
    [165, 1],
    null,
    { of: 'models', best: 'first', value: ({ name, size }) => `${name} ${size}` },
    true,
  ),
  ofModels(
    'lambda',
    'λ',
    'λ as set',
    {
      text: 'Strength of the penalty as it is set: relative to the power of the data, or absolute where “abs” stands behind it.',
    },
    50,
    'first',
    ({ lambda }) => {
      if (lambda === null) return NONE;
      const { value, relative, absolute } = lambda;
      const inUnits = absolute === null ? '' : `; absolute ${formatExact(absolute)}`;
      return relative
        ? { text: settingText(value), title: `relative ${formatExact(value)}${inUnits}` }
        : { text: `${settingText(value)} abs`, title: `absolute ${formatExact(value)}` };
    },
    ({ lambda }) => lambda?.value ?? null,
    true,
  ),
  ofModels(
    'lambda_abs',
    'λ abs',
    'λ in absolute units',
    {
      text: 'Strength of the penalty in units of the input. Of a relative one it is known once the run goes on or is looked at.',
    },
    56,
    'first',
    ({ lambda }) => number(lambda?.absolute ?? null, settingText),
    ({ lambda }) => lambda?.absolute ?? null,
  ),
  ofRun(
    'lr',
    'lr',
    'Highest step size of Adam, as it is now.',
    { width: 36, name: 'Learning rate' },
    ({ run }) => number(run.settings.training.lr, settingText),
    ({ run }) => run.settings.training.lr,
    true,
  ),
  ofRun(
    'batch',
    'Batch',
    'Samples of one step.',
    { width: 46 },
    ({ run }) => number(run.settings.training.train_batch_size_samples, formatCount),
    ({ run }) => run.settings.training.train_batch_size_samples,
    true,
  ),
  ofRun(
    'seed',
    'Seed',
    'Seed of the weights and of the order of rows; behind a stroke that of the data, where it is another.',
    { width: 36 },
    ({ seed, dataSeed }) => ({
      text: dataSeed === null || dataSeed === seed ? String(seed) : `${seed} / ${dataSeed}`,
      title: `weights ${seed}${dataSeed === null ? '' : `, data ${dataSeed}`}`,
    }),
    ({ seed }) => seed,
    true,
  ),
  ofRun(
    'samples',
    'Samples',
    'Samples that its weights have seen.',
    { width: 52 },
    ({ samples }) => number(samples, formatCount),
    ({ samples }) => samples,
    true,
  ),
  heldOut('ev', 'EV', qualityMeasure('explained_variance'), 54, 'largest'),
  heldOut('loss', 'Loss', qualityMeasure('mse'), 38, 'smallest'),
  heldOut('l0', 'l0', qualityMeasure('l0'), 34, 'smallest'),
  heldOut('pruned_l0', 'Pruned', qualityMeasure('pruned_l0'), 44, 'smallest'),
  heldOut('units', 'Units', qualityMeasure('groups_per_token'), 34, 'smallest'),
  heldOut('bits', 'Bits', qualityMeasure('bits_per_token'), 38, 'smallest'),
  heldOut('dead', 'Dead', qualityMeasure('dead_groups'), 34, 'smallest'),
  ofModels(
    'rows',
    'Rows',
    'Rows of the results',
    { text: 'Which rows the results were computed on.' },
    128,
    'largest',
    ({ heldOut: found }) =>
      found === null ? NONE : { text: rowsText(found), title: rowsText(found) },
    ({ heldOut: found }) => found?.rows ?? null,
  ),
  ofModels(
    'batch_ev',
    'Batch EV',
    'Last batch: explained variance',
    { text: 'Explained variance of the latest training batch that was logged.' },
    56,
    'largest',
    ({ batchEv }) => number(batchEv, (value) => formatFixed(value, 3)),
    ({ batchEv }) => batchEv,
  ),
  ofRun(
    'steps',
    'Steps',
    'Steps taken, of those that it shall take.',
    { width: 92 },
    ({ run, steps }) => ({
      text:
        run.step === run.totalSteps
          ? formatInteger(steps)
          : `${formatInteger(steps)} of ${formatInteger(steps - run.step + run.totalSteps)}`,
      title:
        steps === run.step
          ? undefined
          : `${formatInteger(steps - run.step)} before its weights were opened`,
    }),
    ({ steps }) => steps,
  ),
  ofRun(
    'time',
    'Time',
    'Time of training.',
    { width: 78 },
    ({ run }) => ({ text: durationText(run) }),
    ({ run }) => run.seconds,
  ),
  ofRun(
    'started',
    'Started',
    'When it was started.',
    { width: 46 },
    ({ run }) => ({
      text: startText(run, new Date()),
      title: new Date(run.createdAt).toLocaleString(),
    }),
    ({ run }) => run.createdAt,
  ),
  ofRun(
    'size',
    'Size',
    'What it takes in this browser’s storage.',
    { width: 58, name: 'Size on disk' },
    ({ run }) =>
      run.kept === null || run.kept.bytes === 0
        ? { text: '–', title: run.kept === null ? 'Not kept' : undefined }
        : {
            text: formatBytes(run.kept.bytes),
            title: `${formatInteger(run.kept.bytes)} bytes`,
          },
    ({ run }) => run.kept?.bytes ?? null,
  ),
  ofRun(
    'changed',
    'Changed',
    'Settings that were changed while it ran.',
    { width: 52, align: 'start', name: 'Changed while running' },
    ({ changed, changes }) =>
      changed.length === 0 ? { text: '' } : { text: changed.join(', '), title: changes.join('\n') },
    ({ changed }) => (changed.length === 0 ? null : changed.join()),
  ),
  wide(
    'note',
    'Note',
    'What you wrote about it.',
    [120, 1],
    ({ run }) => [{ text: run.about.note, title: run.about.note }],
    { of: 'run', value: ({ run }) => run.about.note || null },
  ),
];

const byId = new Map(runColumns.map((column) => [column.id, column]));

/** The column of an id. */
export function runColumn(id: ColumnId): RunColumn {
  const column = byId.get(id);
  if (column === undefined) throw new RangeError(`no column "${id}"`);
  return column;
}
