/**
 * Rows of settings tied to the draft: each reads one setting and its complaint, and writes it back. Which control a
 * setting has follows from its schema.
 */
import type { NamedSetting, SettingText } from '../../../base/setting';
import { settingNamed, settingsOf } from '../../../base/setting';
import { setData, setModel, setTraining, useExperiment } from '../../../state/experiment_store';
import type { Settings, SettingValue } from '../../../state/experiment_draft';
import { architectureOf } from '../../../state/model_settings';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { NumberField } from '../../parts/NumberField';
import { Toggle } from '../../parts/Toggle';
import { useActiveRunId, useShownRunId } from './shown_run';

/** A setting in the draft: what it is, what is wrong with it, and how it is written. */
interface Binding {
  readonly value: SettingValue;
  readonly issue: string | undefined;
  readonly set: (value: SettingValue) => void;
}

const NO_SETTINGS: Settings = {};

/** A setting of the model whose settings are shown. */
export function useModelSetting(key: string): Binding {
  const selected = useExperiment((state) => state.selected);
  const value = useExperiment((state) => (state.draft.models[selected] ?? NO_SETTINGS)[key]);
  const issue = useExperiment((state) => state.issues.get(`models.${selected}.${key}`));
  return { value, issue, set: (next) => setModel(selected, { [key]: next }) };
}

/** A setting of the model whose settings are shown; nothing while another setting takes its meaning away. */
export function ModelRow({ setting }: { readonly setting: NamedSetting }) {
  const model = useExperiment((state) => state.draft.models[state.selected] ?? NO_SETTINGS);
  const binding = useModelSetting(setting.name);
  const { unless } = setting.text;
  if (unless !== undefined && heldValue(model, unless.setting) === unless.value) return null;
  return <SettingRow setting={setting} binding={binding} settings={model} />;
}

/** What a setting of a model is, by its own value or by default. */
function heldValue(model: Settings, name: string): unknown {
  return model[name] ?? settingNamed(settingsOf(architectureOf(model).schema), name).default;
}

export function TrainingRow({ setting }: { readonly setting: NamedSetting }) {
  const { name } = setting;
  const value = useExperiment((state) => state.draft.training[name]);
  const issue = useExperiment((state) => state.issues.get(`training.${name}`));
  const binding = { value, issue, set: (next: SettingValue) => setTraining(name, next) };
  return <SettingRow setting={setting} binding={binding} settings={NO_SETTINGS} />;
}

export function DataRow({ setting }: { readonly setting: NamedSetting }) {
  const { name } = setting;
  const value = useExperiment((state) => state.draft.data[name]);
  const issue = useExperiment((state) => state.issues.get(`data.${name}`));
  const binding = { value, issue, set: (next: SettingValue) => setData(name, next) };
  return <SettingRow setting={setting} binding={binding} settings={NO_SETTINGS} />;
}

interface SettingRowProps {
  readonly setting: NamedSetting;
  readonly binding: Binding;
  /** The settings beside it, which say what holds while it is not set. */
  readonly settings: Settings;
}

function SettingRow({ setting, binding, settings }: SettingRowProps) {
  const { text, values } = setting;
  const { value = setting.default, set } = binding;
  // A choice that need not be made is its first until then.
  const shown: unknown = value ?? values[0];
  switch (setting.kind) {
    case 'number':
      return <NumberRow text={text} binding={binding} />;
    case 'choice':
      return (
        <Field text={text}>
          {({ id, describedBy }) => (
            <Choice
              id={id}
              describedBy={describedBy}
              variant="small"
              value={String(shown)}
              options={values.map((each) => ({ value: each, label: text.choices?.[each] ?? each }))}
              onChange={set}
            />
          )}
        </Field>
      );
    case 'toggle':
    case 'switch': {
      const isOn = typeof value === 'boolean' ? value : text.unset?.(settings) === true;
      // Settings that may be there or not are there with their defaults.
      const isThere = setting.kind === 'switch';
      return (
        <Field text={text}>
          {({ id, describedBy }) => (
            <Toggle
              id={id}
              describedBy={describedBy}
              checked={isThere ? value !== undefined : isOn}
              onChange={(on) => set(isThere ? (on ? {} : undefined) : on)}
            />
          )}
        </Field>
      );
    }
    case 'text':
      return null;
  }
}

interface NumberRowProps {
  readonly text: SettingText;
  readonly binding: Binding;
  /** Placeholder instead of the text's own. */
  readonly automatic?: string | undefined;
}

export function NumberRow({ text, binding, automatic }: NumberRowProps) {
  const active = useActiveRunId();
  const running = useShownRunId() === active && active !== null;
  const { value, issue, set } = binding;
  const live = text.live === true && running;
  return (
    <Field text={text} mark={live ? LIVE : undefined}>
      {({ id, describedBy }) => (
        <NumberField
          id={id}
          describedBy={describedBy}
          value={typeof value === 'number' ? value : undefined}
          onChange={set}
          automatic={automatic ?? text.automatic}
          doubling={text.doubling}
          issue={issue}
          onLeaving={live}
        />
      )}
    </Field>
  );
}

/** Behind a setting that can be changed while the run goes. */
const LIVE = { text: 'live', title: 'Can be changed while the run goes: press Enter to apply' };
