/**
 * The strength of a penalty, absolute and relative to the data's power, and what that of the nuclear norms does in
 * words. One of the two is set; the other follows from it and stands greyed until it is written into.
 */
import { useMemo } from 'react';
import { settingNamed, settingsOf } from '../../../base/setting';
import type { StrengthSettings } from '../../../sae/architectures/architecture';
import { normalizations } from '../../../sae/architectures/shared_settings';
import type { Architecture } from '../../../sae/config';
import { inputUnitsOf, type InputUnits } from '../../../sae/input_units';
import {
  absoluteStrength,
  nuclearPenalty,
  nuclearStrength,
  relativeStrength,
} from '../../../sae/penalty';
import { useDraftFacts } from '../../../state/draft_facts';
import { setModel, useExperiment } from '../../../state/experiment_store';
import { modelOf } from '../../../state/model_settings';
import { featureSizes, lambdaSentence } from '../../parts/lambda_sentence';
import { formatScientific } from '../../plots/format';
import { NumberRow, useModelSetting } from './SettingRows';

export interface StrengthRowsProps {
  readonly architecture: Architecture;
  readonly strength: StrengthSettings;
}

export function StrengthRows({ architecture, strength }: StrengthRowsProps) {
  const selected = useExperiment((state) => state.selected);
  const absolute = useModelSetting(strength.absolute);
  const relative = useModelSetting(strength.relative);
  const units = useInputUnits();
  const isAbsolute = typeof absolute.value === 'number';
  const set = (key: string) => (value: unknown) =>
    setModel(selected, {
      [strength.absolute]: undefined,
      [strength.relative]: undefined,
      [key]: typeof value === 'number' ? value : 0,
    });
  const share = typeof relative.value === 'number' ? relative.value : strength.unset;
  const derived = derive(absolute.value, share, units);
  const settings = settingsOf(architecture.schema);
  return (
    <>
      <NumberRow
        text={settingNamed(settings, strength.absolute).text}
        binding={{ ...absolute, set: set(strength.absolute) }}
        automatic={isAbsolute ? undefined : derived.absolute}
      />
      <NumberRow
        text={settingNamed(settings, strength.relative).text}
        binding={{
          ...relative,
          value: isAbsolute ? undefined : share,
          set: set(strength.relative),
        }}
        automatic={isAbsolute ? derived.relative : undefined}
      />
      <LambdaSentence />
    </>
  );
}

/** What the relative strength of the model in the draft is relative to; null until its data are read. */
function useInputUnits(): InputUnits | null {
  const statistics = useDraftFacts((facts) => facts.preview?.statistics);
  const { value } = useModelSetting('normalize_activations');
  const normalization = normalizations.find((known) => known === value) ?? 'none';
  return useMemo(
    () => (statistics === undefined ? null : inputUnitsOf(normalization, statistics)),
    [statistics, normalization],
  );
}

function LambdaSentence() {
  const preview = useDraftFacts((facts) => facts.preview);
  const draft = useExperiment((state) => state.draft.models[state.selected]);
  const units = useInputUnits();
  const features = useMemo(
    () => (preview === null ? [] : featureSizes(preview.shapes, preview.shapeRows)),
    [preview],
  );
  const model = useMemo(() => (draft === undefined ? null : modelOf(draft)), [draft]);
  const penalty = model === null ? null : nuclearPenalty(model);
  if (model === null || penalty === null) return null;
  if (units === null)
    return <p className="say">What λ does is shown here once the data are read.</p>;
  const lambda = nuclearStrength(model, units) ?? 0;
  return (
    <p className="say">{lambdaSentence({ lambda, target: penalty.target, ...units, features })}</p>
  );
}

function derive(
  absolute: unknown,
  share: number,
  units: InputUnits | null,
): { readonly absolute: string; readonly relative: string } {
  if (units === null) return { absolute: '–', relative: '–' };
  return {
    absolute: formatScientific(absoluteStrength(share, units)),
    relative:
      typeof absolute === 'number' ? formatScientific(relativeStrength(absolute, units)) : '–',
  };
}
