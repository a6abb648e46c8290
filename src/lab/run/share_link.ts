/**
 * A run as the text of a link and back. Only settings travel, never data or weights; those at their
 * default are left out, so a link is short and stays right when it is edited by hand. The page keeps the
 * text in the `run` parameter of its address. Whatever text comes in, a validated run or a LabError
 * comes out.
 */
import { saysSame } from '../../base/canonical';
import { LabError } from '../../base/lab_error';
import { readLinkText, writeLinkText, type LinkSettings, type LinkValue } from '../../io/link_text';
import { parseRunConfig, runSchema, type RunConfig, type RunInput } from './run_config';

type Settings = Record<string, LinkValue>;

/** A run taken apart into groups of plain settings: `d` data, `m0`, `m1` … models, `t` training. */
interface Parts {
  data: Settings;
  models: Settings[];
  training: Settings;
}

/** The text of a link to a run. Throws LabError `bad_config` for a run that could not be started. */
export function writeShareLink(run: RunInput): string {
  const parts = withoutDefaults(parseRunConfig(run));
  const settings = new Map<string, LinkValue>();
  const add = (prefix: string, group: Settings): void => {
    for (const [key, value] of Object.entries(group)) settings.set(`${prefix}.${key}`, value);
  };
  add('d', parts.data);
  parts.models.forEach((model, index) => add(`m${index}`, model));
  add('t', parts.training);
  return writeLinkText(settings);
}

/** The run that a link's text describes. Throws LabError `bad_config` that says what is wrong with it. */
export function readShareLink(text: string): RunConfig {
  const settings = readLinkText(text);
  const parts = typeof settings === 'string' ? settings : sortSettings(settings);
  if (typeof parts === 'string') {
    throw new LabError(
      'bad_config',
      `This link does not describe a run: ${parts}.`,
      'Copy the whole link again, or open the lab without it.',
    );
  }
  return parseRunConfig(parts);
}

/** The same run without the settings that it would have anyway. */
function withoutDefaults(run: RunConfig): Parts {
  const parts: Parts = {
    data: plainSettings(run.data),
    models: run.models.map(plainSettings),
    training: plainSettings(run.training),
  };
  for (const group of [parts.data, ...parts.models, parts.training]) {
    for (const [key, value] of Object.entries(group)) {
      Reflect.deleteProperty(group, key);
      const rest = runSchema.safeParse(parts);
      if (!rest.success || !saysSame(rest.data, run)) group[key] = value;
    }
  }
  return parts;
}

function plainSettings(settings: object): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter(
      (entry): entry is [string, LinkValue] =>
        typeof entry[1] === 'string' ||
        typeof entry[1] === 'number' ||
        typeof entry[1] === 'boolean',
    ),
  );
}

/** Settings by group; a string says which of them belongs to none. */
function sortSettings(settings: LinkSettings): Parts | string {
  const groups = new Map<string, Settings>();
  for (const [path, value] of settings) {
    const [, name, key] = /^(d|t|m[0-9])\.([A-Za-z][A-Za-z0-9_]*)$/.exec(path) ?? [];
    if (name === undefined || key === undefined) return `there is no setting ${path}`;
    const group = groups.get(name) ?? {};
    groups.set(name, { ...group, [key]: value });
  }
  const models: Settings[] = [];
  for (let model = groups.get('m0'); model !== undefined; model = groups.get(`m${models.length}`)) {
    models.push(model);
  }
  const lost = [...groups.keys()].find(
    (name) => name.startsWith('m') && Number(name.slice(1)) >= models.length,
  );
  if (lost !== undefined) return `it has model ${lost} but not m${models.length}`;
  return { data: groups.get('d') ?? {}, models, training: groups.get('t') ?? {} };
}
