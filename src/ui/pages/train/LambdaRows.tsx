/**
 * The strength of the nuclear penalty, absolute and relative to the data's power, and what it does in
 * words. One of the two is set; the other follows from it and stands greyed until it is written into.
 */
import { useMemo } from 'react';
import { inputUnitsOf } from '../../../sae/input_units';
import { normalizations, nuclearTargets } from '../../../sae/config';
import { absoluteStrength, relativeStrength } from '../../../sae/nuclear_strength';
import type { InputUnits } from '../../../sae/input_units';
import { useBenchFacts } from '../../../state/bench_facts';
import { setModel, useExperiment } from '../../../state/experiment_store';
import { featureSizes, lambdaSentence } from '../../parts/lambda_sentence';
import { modelTexts } from '../../parts/setting_texts';
import { formatScientific } from '../../plots/format';
import { ModelChoice, NumberRow, useModelSetting } from './SettingRows';

export function LambdaRows() {
  const selected = useExperiment((state) => state.selected);
  const absolute = useModelSetting('nuclear_coefficient');
  const relative = useModelSetting('nuclear_coefficient_relative');
  const units = useInputUnits();
  const isAbsolute = typeof absolute.value === 'number';
  const set = (key: 'nuclear_coefficient' | 'nuclear_coefficient_relative') => (value: unknown) =>
    setModel(selected, {
      nuclear_coefficient: undefined,
      nuclear_coefficient_relative: undefined,
      [key]: typeof value === 'number' ? value : 0,
    });
  const derived = derive(absolute.value, relative.value, units);
  return (
    <>
      <ModelChoice name="nuclear_target" values={nuclearTargets} />
      <NumberRow
        text={modelTexts.nuclear_coefficient}
        binding={{ ...absolute, set: set('nuclear_coefficient') }}
        automatic={isAbsolute ? undefined : derived.absolute}
        live
      />
      <NumberRow
        text={modelTexts.nuclear_coefficient_relative}
        binding={{
          ...relative,
          value: isAbsolute ? undefined : (relative.value ?? 0),
          set: set('nuclear_coefficient_relative'),
        }}
        automatic={isAbsolute ? derived.relative : undefined}
        live
      />
      <LambdaSentence />
    </>
  );
}

/** What λ_rel of the model on the bench is relative to; null until its data are read. */
function useInputUnits(): InputUnits | null {
  const statistics = useBenchFacts((facts) => facts.preview?.statistics);
  const { value } = useModelSetting('normalize_activations');
  const normalization = normalizations.find((known) => known === value) ?? 'none';
  return useMemo(
    () => (statistics === undefined ? null : inputUnitsOf(normalization, statistics)),
    [statistics, normalization],
  );
}

function LambdaSentence() {
  const preview = useBenchFacts((facts) => facts.preview);
  const absolute = useModelSetting('nuclear_coefficient').value;
  const relative = useModelSetting('nuclear_coefficient_relative').value;
  const target = useModelSetting('nuclear_target').value;
  const units = useInputUnits();
  const features = useMemo(
    () => (preview === null ? [] : featureSizes(preview.shapes, preview.shapeRows)),
    [preview],
  );
  if (units === null)
    return <p className="say">What λ does is said here once the data are read.</p>;
  const lambda =
    typeof absolute === 'number'
      ? absolute
      : absoluteStrength(typeof relative === 'number' ? relative : 0, units);
  const known = nuclearTargets.find((candidate) => candidate === target) ?? 'composition';
  return <p className="say">{lambdaSentence({ lambda, target: known, ...units, features })}</p>;
}

function derive(
  absolute: unknown,
  relative: unknown,
  units: InputUnits | null,
): { readonly absolute: string; readonly relative: string } {
  const share = typeof relative === 'number' ? relative : 0;
  if (units === null) return { absolute: '–', relative: '–' };
  return {
    absolute: formatScientific(absoluteStrength(share, units)),
    relative:
      typeof absolute === 'number' ? formatScientific(relativeStrength(absolute, units)) : '–',
  };
}
