/** The main settings of the training, and everything else under Advanced. */
import { auxiliaryLosses, normalizations } from '../../../sae/config';
import { useExperiment } from '../../../state/experiment_store';
import { architectureOf, nameOf } from '../../../state/model_settings';
import { Icon } from '../../parts/Icon';
import {
  DataOrder,
  DataSeed,
  ModelChoice,
  ModelNumber,
  ModelToggle,
  TrainingNumber,
  useModelSetting,
} from './SettingRows';

export function TrainingSettings() {
  return (
    <section aria-labelledby="training-title">
      <h2 className="section-title" id="training-title">
        Training
      </h2>
      <TrainingNumber name="training_samples" doubling />
      <TrainingNumber name="train_batch_size_samples" doubling />
      <TrainingNumber name="lr" live />
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
      <TrainingNumber name="lr_warm_up_steps" />
      <TrainingNumber name="lr_decay_steps" />
      <TrainingNumber name="weight_decay" />
      <TrainingNumber name="max_grad_norm" />
      <TrainingNumber name="adam_beta1" />
      <TrainingNumber name="adam_beta2" />
      <TrainingNumber name="log_every" />
      <TrainingNumber name="seed" />
      {dataKind === 'synthetic' && <DataSeed />}
      {dataKind === 'npy' && <DataOrder />}
    </div>
  );
}

function AdvancedModel() {
  const name = useExperiment((state) => nameOf(state.draft.models[state.selected] ?? {}));
  const architecture = useExperiment((state) =>
    architectureOf(state.draft.models[state.selected] ?? {}),
  );
  const target = useModelSetting('nuclear_target').value;
  const auxiliary = useModelSetting('aux_loss').value;
  return (
    <div role="group" aria-labelledby="advanced-model">
      <h3 className="section-title advanced-title" id="advanced-model">
        {name}
      </h3>
      <ModelChoice name="normalize_activations" values={normalizations} />
      {architecture !== 'standard' && (
        <>
          <ModelChoice name="aux_loss" values={auxiliaryLosses} />
          {auxiliary !== 'none' && (
            <>
              <ModelNumber name="aux_coefficient" />
              <ModelNumber name="k_aux" />
            </>
          )}
        </>
      )}
      <ModelNumber name="dead_group_window" />
      <ModelNumber name="decoder_init_norm" />
      <ModelToggle name="apply_b_dec_to_input" automatic />
      {architecture === 'topk_sasa' && (
        <ModelToggle name="use_encoder_bias" automatic={target === 'decoder'} />
      )}
    </div>
  );
}
