/**
 * The strength of the nuclear penalty, absolute and relative to the data's power, and what it does in
 * words. One of the two is set; the other follows from it and stands greyed until it is written into.
 */
import { useMemo } from 'react';
import { useBenchFacts } from '../../../state/bench_facts';
import { setModel, useExperiment } from '../../../state/experiment_store';
import { nuclearTargets } from '../../../sae/config';
import { featureSizes, lambdaSentence } from '../../parts/lambda_sentence';
import { modelTexts } from '../../parts/setting_texts';
import { formatScientific } from '../../plots/format';
import { ModelChoice, NumberRow, useModelSetting } from './SettingRows';

export function LambdaRows() {
  const selected = useExperiment((state) => state.selected);
  const absolute = useModelSetting('nuclear_coefficient');
  const relative = useModelSetting('nuclear_coefficient_relative');
  const power = useBenchFacts((facts) => facts.preview?.statistics.power);
  const isAbsolute = typeof absolute.value === 'number';
  const set = (key: 'nuclear_coefficient' | 'nuclear_coefficient_relative') => (value: unknown) =>
    setModel(selected, {
      nuclear_coefficient: undefined,
      nuclear_coefficient_relative: undefined,
      [key]: typeof value === 'number' ? value : 0,
    });
  const derived = derive(absolute.value, relative.value, power);
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

function LambdaSentence() {
  const preview = useBenchFacts((facts) => facts.preview);
  const absolute = useModelSetting('nuclear_coefficient').value;
  const relative = useModelSetting('nuclear_coefficient_relative').value;
  const target = useModelSetting('nuclear_target').value;
  const shapes = preview?.shapes;
  const features = useMemo(() => featureSizes(shapes ?? []), [shapes]);
  const power = preview?.statistics.power;
  if (power === undefined)
    return <p className="say">What λ does is said here once the data are read.</p>;
  const lambda =
    typeof absolute === 'number' ? absolute : typeof relative === 'number' ? relative * power : 0;
  const known = nuclearTargets.find((candidate) => candidate === target) ?? 'composition';
  return <p className="say">{lambdaSentence({ lambda, target: known, power, features })}</p>;
}

function derive(
  absolute: unknown,
  relative: unknown,
  power: number | undefined,
): { readonly absolute: string; readonly relative: string } {
  const share = typeof relative === 'number' ? relative : 0;
  if (power === undefined) return { absolute: '–', relative: '–' };
  return {
    absolute: formatScientific(share * power),
    relative: typeof absolute === 'number' ? formatScientific(absolute / power) : '–',
  };
}
