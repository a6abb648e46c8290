/** The main settings of the chosen model; which there are depends on its architecture. */
import { architectures } from '../../../sae/config';
import { setArchitecture, useExperiment } from '../../../state/experiment_store';
import { architectureOf, nameOf } from '../../../state/model_settings';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { choiceTexts } from '../../parts/setting_texts';
import { LambdaRows } from './LambdaRows';
import { ModelNumber } from './SettingRows';

export function ModelSettings() {
  const index = useExperiment((state) => state.selected);
  const name = useExperiment((state) => nameOf(state.draft.models[state.selected] ?? {}));
  const architecture = useExperiment((state) =>
    architectureOf(state.draft.models[state.selected] ?? {}),
  );
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
            value={architecture}
            options={architectures.map((value) => ({ value, label: choiceTexts[value] ?? value }))}
            onChange={(value) => setArchitecture(index, value)}
          />
        )}
      </Field>
      {architecture === 'topk_sasa' && (
        <>
          <ModelNumber name="n_groups" doubling />
          <ModelNumber name="group_rank" />
          <ModelNumber name="k_groups" live />
          <LambdaRows />
        </>
      )}
      {architecture === 'topk' && (
        <>
          <ModelNumber name="d_sae" doubling />
          <ModelNumber name="k" live />
        </>
      )}
      {architecture === 'standard' && (
        <>
          <ModelNumber name="d_sae" doubling />
          <ModelNumber name="l1_coefficient" />
        </>
      )}
    </section>
  );
}

const ARCHITECTURE = {
  label: 'Architecture',
  meaning: 'What a unit is and how units are switched on. Changing it keeps columns and l0.',
};
