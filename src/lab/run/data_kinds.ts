/**
 * The kinds of data as a table: what a row of each is called, which of its settings name files of the person's own, and
 * what it is called in a few words. Settings and ranges are described in run_config.ts.
 */
import { ownZooLabel } from '../../data/zoo_spec';
import { presets } from './presets';
import type { DataConfig } from './run_config';

interface DataKind<D> {
  /** What several rows are called. */
  readonly rows: 'samples' | 'words' | 'rows' | 'tokens';
  /** What there is to ask of units that were trained on it; null where nothing is known of the rows. */
  readonly question: string | null;
  /** The data in a few words: "Circle, sphere, helix", "activations.npy". */
  label(data: D): string;
  /** What one drops or chooses for it, by the setting that names it. */
  readonly file?: 'path' | 'corpus';
  /** Words in the place of a file's name, which need none. */
  readonly fileless?: readonly string[];
}

type Kinds = { readonly [K in DataConfig['kind']]: DataKind<Extract<DataConfig, { kind: K }>> };

const kinds: Kinds = {
  synthetic: {
    rows: 'samples',
    question:
      'All models learn from the same samples. A shape in one colour is held by one unit; a patchwork has been split over several.',
    label: ({ preset, spec }) => {
      if (preset !== undefined) return presets[preset].label;
      return spec === undefined ? 'Synthetic data' : ownZooLabel(spec);
    },
  },
  words: {
    rows: 'words',
    question: 'All models learn from the same words. Which families does each of their units hold?',
    label: () => presets.words.label,
  },
  npy: { rows: 'rows', question: null, label: ({ path }) => path, file: 'path' },
  lm: {
    rows: 'tokens',
    question: 'All models learn from the same tokens. What does each of their units stand for?',
    label: ({ model, layer }) => `${model}, layer ${layer}`,
    file: 'corpus',
    fileless: ['shipped', 'generated'],
  },
};

/** A kind of data by its name; undefined for one that there is not. */
export function dataKind(kind: unknown): DataKind<never> | undefined {
  return Object.entries<DataKind<never>>(kinds).find(([name]) => name === kind)?.[1];
}

/** The data in a few words. */
export function dataLabel(data: DataConfig): string {
  // Every kind takes its own data: the table says so.
  return (kinds[data.kind] as DataKind<DataConfig>).label(data);
}

/** The setting that names a file of the person's own, with the name; null for data that need none. */
export function fileSetting(
  data: Readonly<Record<string, unknown>>,
): { readonly setting: 'path' | 'corpus'; readonly name: string } | null {
  const { file, fileless = [] } = dataKind(data.kind) ?? {};
  if (file === undefined) return null;
  const name = data[file];
  return typeof name !== 'string' || fileless.includes(name) ? null : { setting: file, name };
}

/** Data with their file by its name: the command line writes its place down, and the page knows none. */
export function withFileName<Data extends Readonly<Record<string, unknown>>>(data: Data): Data {
  const own = fileSetting(data);
  return own === null ? data : { ...data, [own.setting]: lastName(own.name) };
}

/** The last name of a path, of whichever system. */
function lastName(path: string): string {
  return /[^/\\]+$/.exec(path)?.[0] ?? path;
}

/** Name of the file that data need besides their settings; null when they need none. */
export function fileNeeded(data: Readonly<Record<string, unknown>>): string | null {
  return fileSetting(data)?.name ?? null;
}
