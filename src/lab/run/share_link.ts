/**
 * A run as the text of a link and back. Only settings travel, never data or weights; those at their
 * default are left out, so a link is short and stays right when it is edited by hand. The page keeps the
 * text in the `run` parameter of its address. Whatever text comes in, a validated run or a LabError
 * comes out.
 */
import { saysSame } from '../../base/canonical';
import { LabError } from '../../base/lab_error';
import { readLinkText, writeLinkText, type LinkSettings } from '../../io/link_text';
import { pathsOf, treeOf, type LinkTree } from './link_tree';
import { parseRunConfig, runSchema, type RunConfig, type RunInput } from './run_config';

type Settings = Record<string, LinkTree>;

/** A run taken apart into groups of settings: `d` data, `m0`, `m1` … models, `t` training. */
interface Parts {
  data: Settings;
  models: Settings[];
  training: Settings;
}

/** The text of a link to a run. Throws LabError `bad_config` for a run that could not be started. */
export function writeShareLink(run: RunInput): string {
  const parts = withoutDefaults(parseRunConfig(run));
  return writeLinkText(
    new Map([
      ...pathsOf(parts.data, 'd'),
      ...parts.models.flatMap((model, index) => pathsOf(model, `m${index}`)),
      ...pathsOf(parts.training, 't'),
    ]),
  );
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
    data: given(run.data),
    models: run.models.map(given),
    training: given(run.training),
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

/** Settings that are set. */
function given(settings: Readonly<Record<string, LinkTree | undefined>>): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, LinkTree] => entry[1] !== undefined),
  );
}

/** A setting of data, of a model or of training, perhaps within others. */
const PATH = /^(d|t|m[0-9])(\.[A-Za-z][A-Za-z0-9_]*)((\.[A-Za-z0-9][A-Za-z0-9_]*)*|\.)$/;

/** Settings by group; a string says which of them belongs to none. */
function sortSettings(settings: LinkSettings): Parts | string {
  const unknown = [...settings.keys()].find((path) => !PATH.test(path));
  if (unknown !== undefined) return `there is no setting ${unknown}`;
  const tree = treeOf(settings);
  if (typeof tree === 'string') return tree;
  const groups = new Map(Object.entries(tree).map(([name, group]) => [name, settingsIn(group)]));
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

/** The settings of a group; a path always names one in it, so that it is no plain value. */
function settingsIn(group: LinkTree): Settings {
  if (typeof group !== 'object') return {};
  const entries: [string, LinkTree | undefined][] = Object.entries(group);
  return given(Object.fromEntries(entries));
}
