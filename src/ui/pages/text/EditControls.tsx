/** How a group is changed: the kind of change, its strength by slider and number, an axis or an angle. */
import { useId, type ReactNode } from 'react';
import { Hint } from '../../parts/Hint';
import { NumberField } from '../../parts/NumberField';
import { formatFixed, formatNumber } from '../../plots/format';
import { AngleDial } from './AngleDial';
import { Segments } from './Segments';
import {
  editKindsOf,
  editOf,
  editSentence,
  setSteering,
  useSteeringDraft,
  type EditKind,
} from './steering_draft';
import { textTexts } from './texts';

export interface EditControlsProps {
  readonly rank: number;
  readonly unitName: 'group' | 'latent';
  /** Mean norm where it fires, in the data's units; null while it is not known. */
  readonly typicalNorm: number | null;
  readonly words: readonly { readonly angle: number; readonly text: string }[];
  readonly color: string;
}

const kindNames: Readonly<Record<EditKind, string>> = {
  scale: 'Scale',
  ablate: 'Ablate',
  clamp: 'Clamp',
  add: 'Add',
  turn: 'Turn',
};

export function EditControls({ rank, unitName, typicalNorm, words, color }: EditControlsProps) {
  const draft = useSteeringDraft();
  const kinds = editKindsOf(rank);
  const kind = kinds.includes(draft.kind) ? draft.kind : 'scale';
  const sentence = editSentence(editOf({ ...draft, kind }), unitName);
  return (
    <div className="edit-controls">
      <Segments
        label="Change"
        values={kinds}
        value={kind}
        nameOf={(name) => kindNames[name]}
        onChange={(name) => setSteering({ kind: name })}
      />
      <p className="quiet edit-sentence">{sentence}</p>
      {kind === 'scale' && (
        <SliderRow
          label="Factor"
          value={draft.factor}
          range={[-5, 10]}
          onChange={(factor) => setSteering({ factor })}
        />
      )}
      {kind === 'clamp' && (
        <SliderRow
          label="Norm"
          unit={<Unit typicalNorm={typicalNorm} />}
          value={draft.norm}
          range={[0, 10]}
          onChange={(norm) => setSteering({ norm })}
        />
      )}
      {kind === 'add' && (
        <>
          <SliderRow
            label="Strength"
            unit={<Unit typicalNorm={typicalNorm} />}
            value={draft.added}
            range={[-10, 10]}
            onChange={(added) => setSteering({ added })}
          />
          {rank > 1 && (
            <div className="axis-row">
              <span>Axis</span>
              <Segments
                label="Axis"
                values={Array.from({ length: Math.min(rank, 8) }, (_, axis) => axis)}
                value={draft.axis}
                nameOf={(axis) => String(axis + 1)}
                onChange={(axis) => setSteering({ axis })}
              />
            </div>
          )}
        </>
      )}
      {kind === 'turn' && (
        <>
          <AngleDial
            angle={draft.angle}
            words={words}
            color={color}
            onChange={(angle) => setSteering({ angle })}
          />
          <SliderRow
            label="Norm"
            unit={<Unit typicalNorm={typicalNorm} />}
            value={draft.turned}
            range={[0, 10]}
            onChange={(turned) => setSteering({ turned })}
          />
        </>
      )}
    </div>
  );
}

/** "× typical norm 3.42", with what that is. */
function Unit({ typicalNorm }: { readonly typicalNorm: number | null }) {
  const known = typicalNorm === null ? '' : ` of ${formatNumber(typicalNorm)}`;
  return (
    <Hint {...textTexts.typicalNorm}>
      <span className="quiet" tabIndex={0}>
        × typical norm{known}
      </span>
    </Hint>
  );
}

interface SliderRowProps {
  readonly label: string;
  readonly unit?: ReactNode;
  readonly value: number;
  /** Ends of the slider; the field takes any number. */
  readonly range: readonly [number, number];
  readonly onChange: (value: number) => void;
}

/** A number by slider and by field. */
function SliderRow(props: SliderRowProps) {
  const { label, unit, value, range, onChange } = props;
  const id = useId();
  return (
    <div className="slider-row">
      <span className="slider-label">
        <label htmlFor={id}>{label}</label> {unit}
      </span>
      <input
        type="range"
        aria-label={`${label}, slider`}
        min={range[0]}
        max={range[1]}
        step={0.1}
        value={value}
        aria-valuetext={formatFixed(value, 1)}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <NumberField
        id={id}
        value={value}
        onChange={(next) => {
          if (next !== undefined) onChange(next);
        }}
      />
    </div>
  );
}
