/** The main settings of the chosen model: those that its architecture describes as such, in their order. */
import { settingsOf } from '../../../base/setting';
import { architectures } from '../../../sae/config';
import { setArchitecture, useExperiment } from '../../../state/experiment_store';
import { architectureOf, nameOf } from '../../../state/model_settings';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { ModelRow } from './SettingRows';
import { StrengthRows } from './StrengthRows';

export function ModelSettings() {
  const index = useExperiment((state) => state.selected);
  const name = useExperiment((state) => nameOf(state.draft.models[state.selected] ?? {}));
  const architecture = useExperiment((state) =>
    architectureOf(state.draft.models[state.selected] ?? {}),
  );
  const { strength } = architecture;
  return (
    <section aria-labelledby="model-title">
      <h2 className="section-title" id="model-title">
        {name}
      </h2>
      <Field text={ARCHITECTURE}>
        {({ id, describedBy }) => (
          <Choice
            id={id}
            describedBy={describedBy}
            variant="small"
            value={architecture.id}
            options={architectures.map(({ id: value, words }) => ({ value, label: words.choice }))}
            onChange={(value) => setArchitecture(index, value)}
          />
        )}
      </Field>
      {settingsOf(architecture.schema)
        .filter(({ text }) => text.advanced !== true && text.hidden !== true)
        .filter((setting) => setting.name !== strength?.relative)
        .map((setting) =>
          setting.name === strength?.absolute ? (
            <StrengthRows key={setting.name} architecture={architecture} strength={strength} />
          ) : (
            <ModelRow key={setting.name} setting={setting} />
          ),
        )}
    </section>
  );
}

const ARCHITECTURE = {
  label: 'Architecture',
  meaning: 'What a unit is and how units are switched on. Changing it keeps columns and l0.',
};
