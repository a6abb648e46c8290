/** Rows of settings tied to the bench: each reads one setting and its complaint, and writes it back. */
import { setData, setModel, setTraining, useExperiment } from '../../../state/experiment_store';
import type { Settings, SettingValue } from '../../../state/experiment_draft';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { NumberField } from '../../parts/NumberField';
import {
  choiceTexts,
  dataTexts,
  modelTexts,
  trainingTexts,
  type ModelSettingKey,
  type SettingText,
  type TrainingSettingKey,
} from '../../parts/setting_texts';
import { Toggle } from '../../parts/Toggle';
import { useActiveRunId, useShownRunId } from './shown_run';

/** A setting on the bench: what it is, what is wrong with it, and how it is written. */
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

function useTrainingSetting(key: string): Binding {
  const value = useExperiment((state) => state.draft.training[key]);
  const issue = useExperiment((state) => state.issues.get(`training.${key}`));
  return { value, issue, set: (next) => setTraining(key, next) };
}

function useDataSetting(key: string): Binding {
  const value = useExperiment((state) => state.draft.data[key]);
  const issue = useExperiment((state) => state.issues.get(`data.${key}`));
  return { value, issue, set: (next) => setData(key, next) };
}

interface NumberRowProps {
  readonly text: SettingText;
  readonly binding: Binding;
  readonly doubling?: boolean | undefined;
  /** The setting may change while a run goes. */
  readonly live?: boolean | undefined;
  /** Placeholder instead of the text's own. */
  readonly automatic?: string | undefined;
}

export function NumberRow({ text, binding, doubling, live, automatic }: NumberRowProps) {
  const active = useActiveRunId();
  const running = useShownRunId() === active && active !== null;
  const { value, issue, set } = binding;
  return (
    <Field text={text} mark={live === true && running ? LIVE : undefined}>
      {({ id, describedBy }) => (
        <NumberField
          id={id}
          describedBy={describedBy}
          value={typeof value === 'number' ? value : undefined}
          onChange={set}
          automatic={automatic ?? text.automatic}
          doubling={doubling}
          issue={issue}
          onLeaving={live === true && running}
        />
      )}
    </Field>
  );
}

/** Behind a setting that can be changed while the run goes. */
const LIVE = { text: 'live', title: 'Can be changed while the run goes: press Enter to apply' };

interface ModelNumberProps {
  readonly name: ModelSettingKey;
  readonly doubling?: boolean;
  readonly live?: boolean;
}

export function ModelNumber({ name, doubling, live }: ModelNumberProps) {
  const binding = useModelSetting(name);
  return <NumberRow text={modelTexts[name]} binding={binding} doubling={doubling} live={live} />;
}

interface TrainingNumberProps {
  readonly name: TrainingSettingKey;
  readonly doubling?: boolean;
  readonly live?: boolean;
}

export function TrainingNumber({ name, doubling, live }: TrainingNumberProps) {
  const binding = useTrainingSetting(name);
  return <NumberRow text={trainingTexts[name]} binding={binding} doubling={doubling} live={live} />;
}

export function DataSeed() {
  return <NumberRow text={dataTexts.seed} binding={useDataSetting('seed')} />;
}

interface ModelChoiceProps {
  readonly name: ModelSettingKey;
  readonly values: readonly string[];
}

export function ModelChoice({ name, values }: ModelChoiceProps) {
  const binding = useModelSetting(name);
  return <ChoiceRow text={modelTexts[name]} binding={binding} values={values} />;
}

export function DataOrder() {
  const binding = useDataSetting('order');
  return <ChoiceRow text={dataTexts.order} binding={binding} values={['shuffled', 'sequential']} />;
}

interface ChoiceRowProps {
  readonly text: SettingText;
  readonly binding: Binding;
  readonly values: readonly string[];
}

function ChoiceRow({ text, binding, values }: ChoiceRowProps) {
  return (
    <Field text={text}>
      {({ id, describedBy }) => (
        <Choice
          id={id}
          describedBy={describedBy}
          variant="small"
          value={String(binding.value)}
          options={values.map((value) => ({ value, label: choiceTexts[value] ?? value }))}
          onChange={binding.set}
        />
      )}
    </Field>
  );
}

interface ModelToggleProps {
  readonly name: ModelSettingKey;
  /** What the lab chooses while nothing is set. */
  readonly automatic: boolean;
}

export function ModelToggle({ name, automatic }: ModelToggleProps) {
  const { value, set } = useModelSetting(name);
  return (
    <Field text={modelTexts[name]}>
      {({ id, describedBy }) => (
        <Toggle
          id={id}
          describedBy={describedBy}
          checked={typeof value === 'boolean' ? value : automatic}
          onChange={set}
        />
      )}
    </Field>
  );
}
