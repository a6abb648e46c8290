/**
 * In what chosen runs differ: every setting that not all of them have alike, and only those, by its place in the run file.
 * A setting that was changed while a run ran says from what to what.
 */
import type { RunConfig } from '../../../lab/run/run_config';
import type { Run } from '../../../state/run_record';
import { settingName } from '../../parts/setting_names';
import { formatExact } from '../../plots/format';
import type { RunColumn } from './column_kinds';
import type { RunFacts } from './run_facts';

interface DifferingValue {
  readonly text: string;
  /** Whether it was changed while the run ran. */
  readonly changed: boolean;
}

export interface Difference {
  /** Place in the run file: `models.1.k`. */
  readonly path: string;
  readonly label: string;
  /** One a run. */
  readonly values: readonly DifferingValue[];
}

/** Settings by path, in the order of the run file. */
function flat({ data, models, training }: RunConfig): ReadonlyMap<string, unknown> {
  const settings = new Map<string, unknown>();
  const add = (prefix: string, group: object) => {
    for (const [key, value] of Object.entries(group)) {
      if (value !== undefined) settings.set(`${prefix}.${key}`, value);
    }
  };
  add('data', data);
  models.forEach((model, index) => add(`models.${index}`, model));
  add('training', training);
  return settings;
}

/** In what runs differ; of fewer than two, in nothing. */
export function differencesOf(
  runs: readonly Pick<Run, 'config' | 'settings'>[],
): readonly Difference[] {
  if (runs.length < 2) return [];
  const each = runs.map(({ config, settings }) => ({ began: flat(config), now: flat(settings) }));
  const all = new Set(each.flatMap(({ began, now }) => [...began.keys(), ...now.keys()]));
  const several = runs.some(({ config }) => config.models.length > 1);
  // Of other data, or another architecture, only what all have is compared: the rest says that it is another.
  const others = [...all].filter((path) => WHAT_IT_IS.test(path) && !alike(each, path));
  const paths = [...all].filter((path) => {
    const section = others.find((other) => path.startsWith(sectionOf(other)));
    return section === undefined || section === path || each.every(({ now }) => now.has(path));
  });
  return paths.flatMap((path) => {
    const values = each.map(({ began, now }) => valueOf(began.get(path), now.get(path)));
    const [first] = values;
    if (values.every(({ text }) => text === first?.text)) return [];
    return [{ path, label: labelOf(path, several), values }];
  });
}

/** Settings that say which other settings there are. */
const WHAT_IT_IS = /^data\.kind$|^models\.\d+\.architecture$/;

/** "models.0." of "models.0.architecture". */
const sectionOf = (path: string) => path.slice(0, path.lastIndexOf('.') + 1);

function alike(
  runs: readonly { readonly now: ReadonlyMap<string, unknown> }[],
  path: string,
): boolean {
  return runs.every(({ now }) => now.get(path) === runs[0]?.now.get(path));
}

function valueOf(began: unknown, now: unknown): DifferingValue {
  const [then, text] = [valueText(began), valueText(now)];
  return then === text ? { text, changed: false } : { text: `${then} → ${text}`, changed: true };
}

function valueText(value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value === 'number') return formatExact(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the setting is called; of models by number where a run has several. */
function labelOf(path: string, several: boolean): string {
  const [section, index] = path.split('.');
  const key = path.slice(path.lastIndexOf('.') + 1);
  const known = settingName(path);
  const name = known === key ? key.replaceAll('_', ' ') : known;
  if (section === 'models' && several) return `Model ${Number(index) + 1}: ${name.toLowerCase()}`;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Columns of settings in which chosen runs differ as their cells say it. */
export function differingColumns(
  chosen: readonly RunFacts[],
  columns: readonly RunColumn[],
): ReadonlySet<RunColumn['id']> {
  if (chosen.length < 2) return new Set();
  return new Set(
    columns
      .filter(({ isSetting }) => isSetting)
      .filter((column) => {
        const texts = chosen.map((facts) => cellText(column, facts));
        return texts.some((text) => text !== texts[0]);
      })
      .map(({ id }) => id),
  );
}

function cellText({ id, lines }: RunColumn, facts: RunFacts): string {
  // Seen are as many as it came to; set are as many as it shall see.
  if (id === 'samples') return String(facts.run.settings.training.training_samples);
  if (id === 'models') return facts.models.map(({ name, size }) => `${name} ${size}`).join();
  return (lines?.(facts) ?? []).map(({ text }) => text).join();
}
