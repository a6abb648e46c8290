/** The main settings of the training, and everything else under Advanced: of training, data and the chosen model. */
import { settingsOf } from '../../../base/setting';
import { dataSettings, trainingSchema } from '../../../lab/run/run_config';
import { useExperiment } from '../../../state/experiment_store';
import { architectureOf, nameOf } from '../../../state/model_settings';
import { Icon } from '../../parts/Icon';
import { DataRow, ModelRow, TrainingRow } from './SettingRows';

const ofTraining = settingsOf(trainingSchema);

export function TrainingSettings() {
  return (
    <section aria-labelledby="training-title">
      <h2 className="section-title" id="training-title">
        Training
      </h2>
      {ofTraining
        .filter(({ text }) => text.advanced !== true)
        .map((setting) => (
          <TrainingRow key={setting.name} setting={setting} />
        ))}
      <details className="advanced">
        <summary className="button button-quiet advanced-open">
          <Icon name="chevron" size={14} />
          Advanced
        </summary>
        <AdvancedTraining />
        <AdvancedModel />
      </details>
    </section>
  );
}

function AdvancedTraining() {
  const dataKind = useExperiment((state) => state.draft.data.kind);
  return (
    <div role="group" aria-label="Advanced settings of the training">
      {ofTraining
        .filter(({ text }) => text.advanced === true)
        .map((setting) => (
          <TrainingRow key={setting.name} setting={setting} />
        ))}
      {dataSettings(dataKind)
        .filter(({ text }) => text.advanced === true)
        .map((setting) => (
          <DataRow key={setting.name} setting={setting} />
        ))}
    </div>
  );
}

function AdvancedModel() {
  const name = useExperiment((state) => nameOf(state.draft.models[state.selected] ?? {}));
  const architecture = useExperiment((state) =>
    architectureOf(state.draft.models[state.selected] ?? {}),
  );
  return (
    <div role="group" aria-labelledby="advanced-model">
      <h3 className="section-title advanced-title" id="advanced-model">
        {name}
      </h3>
      {settingsOf(architecture.schema)
        .filter(({ text }) => text.advanced === true)
        .map((setting) => (
          <ModelRow key={setting.name} setting={setting} />
        ))}
    </div>
  );
}
