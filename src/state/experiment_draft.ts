/**
 * The experiment while it is being edited: the run file as plain settings that may be wrong for a
 * moment, what is wrong with them field by field, and the run they describe once nothing is. The schema
 * and the run's rules decide; this file only shortens what they say for a field. Pure; knows no store.
 */
import { describeIssues, type SettingIssue } from '../base/schema_issues';
import { runSchema, type RunConfig } from '../lab/run/run_config';
import { checkRunRules } from '../lab/run/run_rules';

/**
 * A setting as a control holds it; undefined means "as the lab chooses". Settings that are objects come from run files
 * and links; no control edits them.
 */
export type SettingValue = string | number | boolean | object | undefined;
export type Settings = Readonly<Record<string, SettingValue>>;

/** A run file that is not validated yet. Every RunConfig is one. */
export interface Draft {
  readonly data: Settings;
  readonly models: readonly Settings[];
  readonly training: Settings;
}

/** What is wrong, by path: `models.0.n_groups` → "Must be a whole number from 1 to 65536." */
export type Issues = ReadonlyMap<string, string>;

export interface CheckedDraft {
  /** The validated run, null while there are issues. */
  readonly config: RunConfig | null;
  readonly issues: Issues;
}

/** Validates a draft against the run file's schema and rules. */
export function checkDraft(draft: Draft): CheckedDraft {
  const result = runSchema.safeParse(draft);
  const found = result.success
    ? checkRunRules(result.data)
    : describeIssues(runSchema, draft, result.error, 'the run');
  const issues = new Map(found.map((issue) => [issue.path, fieldComplaint(issue)]));
  return { config: result.success && issues.size === 0 ? result.data : null, issues };
}

/** A setting that is a text; empty for one that is none. */
export function textOf(value: SettingValue): string {
  return typeof value === 'string' ? value : '';
}

/** Settings with one changed; undefined leaves it out, so that drafts compare by what they say. */
export function withSetting(settings: Settings, key: string, value: SettingValue): Settings {
  const { [key]: _previous, ...rest } = settings;
  return value === undefined ? rest : { ...rest, [key]: value };
}

/** The sentence as it stands under its own field, where path and value are seen anyway. */
function fieldComplaint({ path, sentence }: SettingIssue): string {
  const named = sentence.startsWith(path) ? sentence.slice(path.length).trim() : sentence;
  const rule = named.split('; it must be ')[1];
  const text = rule === undefined ? named : `Must be ${rule}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
