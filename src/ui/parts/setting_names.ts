/** What settings are called in sentences, by their place in the run file: from where each is described. */
import { settingsOf, type NamedSetting, type SettingText } from '../../base/setting';
import { dataSchemas, trainingSchema } from '../../lab/run/run_config';
import { architectures } from '../../sae/config';

const byName = (settings: readonly NamedSetting[]): ReadonlyMap<string, SettingText> =>
  new Map(settings.map(({ name, text }) => [name, text]));

const texts: Readonly<Record<string, ReadonlyMap<string, SettingText>>> = {
  data: byName(dataSchemas.flatMap((schema) => settingsOf(schema))),
  models: byName(architectures.flatMap(({ schema }) => settingsOf(schema))),
  training: byName(settingsOf(trainingSchema)),
};

/** The label of the setting at a path of the run file (`models.1.k`); its key where it has none. */
export function settingName(path: string): string {
  const [section = '', ...rest] = path.split('.');
  const key = rest.at(-1) ?? section;
  return texts[section]?.get(key)?.label ?? key;
}

/** A setting that was changed while a run went: "learning rate", "λ", "s". */
export function changedName(setting: string): string {
  const own = texts.models?.get(setting);
  if (own !== undefined) return own.symbol ?? own.label.toLowerCase();
  return texts.training?.get(setting)?.label.toLowerCase() ?? setting;
}
