/** The models that train together: choose whose settings are shown, rename, copy, remove, add. */
import { useRef, useState } from 'react';
import { architectures } from '../../../sae/config';
import type { Settings } from '../../../state/experiment_draft';
import {
  addModel,
  duplicateModel,
  keepDraft,
  MAX_MODELS,
  removeModel,
  selectModel,
  setModel,
  useExperiment,
} from '../../../state/experiment_store';
import { architectureOf, nameOf } from '../../../state/model_settings';
import { notify } from '../../../state/notices_store';
import { Icon } from '../../parts/Icon';
import { Menu } from '../../parts/Menu';
import { modelColor } from '../../plots/palette';
import { formatInteger } from '../../plots/format';

export function ModelList() {
  const models = useExperiment((state) => state.draft.models);
  const selected = useExperiment((state) => state.selected);
  return (
    <section aria-labelledby="models-title">
      <h2 className="section-title" id="models-title">
        Models on the same batches
      </h2>
      <ul className="model-list">
        {models.map((model, index) => (
          <ModelCard
            key={index}
            model={model}
            index={index}
            shown={index === selected}
            canRemove={models.length > 1}
            canAdd={models.length < MAX_MODELS}
          />
        ))}
      </ul>
      <Menu
        align="start"
        trigger={
          <button
            className="button button-quiet add-model"
            type="button"
            disabled={models.length >= MAX_MODELS}
          >
            <Icon name="plus" size={14} />
            {models.length >= MAX_MODELS ? 'Six models at most' : 'Add a model'}
          </button>
        }
        actions={architectures.map((architecture) => ({
          label: architecture.words.choice,
          detail: architecture.words.detail,
          onSelect: () => addModel(architecture.id),
        }))}
      />
    </section>
  );
}

interface ModelCardProps {
  readonly model: Settings;
  readonly index: number;
  readonly shown: boolean;
  readonly canRemove: boolean;
  readonly canAdd: boolean;
}

function ModelCard({ model, index, shown, canRemove, canAdd }: ModelCardProps) {
  const [renaming, setRenaming] = useState(false);
  const issue = useExperiment((state) => state.issues.get(`models.${index}.name`));
  const wrong = useExperiment(({ issues }) =>
    [...issues.keys()].some((path) => path.startsWith(`models.${index}.`)),
  );
  const name = nameOf(model);
  const remove = () => {
    const putBack = keepDraft();
    removeModel(index);
    notify({ tone: 'info', title: `Removed ${name}`, action: { label: 'Undo', run: putBack } });
  };
  return (
    <li className="model-card" data-shown={shown} data-wrong={wrong}>
      {renaming ? (
        <NameField index={index} name={name} onDone={() => setRenaming(false)} />
      ) : (
        <button
          type="button"
          className="model-choose"
          aria-pressed={shown}
          onClick={() => selectModel(index)}
          onDoubleClick={() => setRenaming(true)}
        >
          <span className="swatch" style={{ background: modelColor(index) }} />
          <span className="cut">{name}</span>
          <span className="quiet model-size">{sizeText(model)}</span>
        </button>
      )}
      <Menu
        trigger={
          <button type="button" className="button button-icon" aria-label={`Actions on ${name}`}>
            <Icon name="more" />
          </button>
        }
        actions={[
          { label: 'Rename', onSelect: () => setRenaming(true) },
          { label: 'Duplicate', onSelect: () => duplicateModel(index), disabled: !canAdd },
          { label: 'Remove', onSelect: remove, disabled: !canRemove, danger: true },
        ]}
      />
      {issue !== undefined && <p className="field-issue model-issue">{issue}</p>}
    </li>
  );
}

interface NameFieldProps {
  readonly index: number;
  readonly name: string;
  readonly onDone: () => void;
}

function NameField({ index, name, onDone }: NameFieldProps) {
  const [text, setText] = useState(name);
  const abandoned = useRef(false);
  const finish = () => {
    const chosen = text.trim();
    if (!abandoned.current && chosen !== name) {
      setModel(index, { name: chosen === '' ? undefined : chosen });
    }
    onDone();
  };
  return (
    <input
      className="control text-input"
      aria-label={`New name of ${name}`}
      value={text}
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') abandoned.current = true;
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
      }}
      onBlur={finish}
    />
  );
}

/** "64 groups × 4", "256 latents, k 4". */
function sizeText(model: Settings): string {
  return architectureOf(model).words.size((setting) => {
    const value = model[setting];
    return typeof value === 'number' ? formatInteger(value) : '?';
  });
}
