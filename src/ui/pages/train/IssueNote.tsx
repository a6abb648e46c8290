/**
 * Which setting keeps the draft from being trained, said where the Train button is grey: the field itself may be
 * out of sight or belong to another model.
 */
import { selectModel, useExperiment } from '../../../state/experiment_store';
import { nameOf } from '../../../state/model_settings';
import { Icon } from '../../parts/Icon';
import { settingName } from '../../parts/setting_names';

/** The model that a setting's path (`models.1.k`) belongs to, null for other settings. */
export function modelOfPath(path: string): number | null {
  const index = /^models\.(\d)\./.exec(path)?.[1];
  return index === undefined ? null : Number(index);
}

export function IssueNote() {
  const issues = useExperiment((state) => state.issues);
  const models = useExperiment((state) => state.draft.models);
  const [first] = issues;
  if (first === undefined) return null;
  const [path, message] = first;
  const index = modelOfPath(path);
  const model = index === null ? undefined : models[index];
  return (
    <div className="note note-bad run-note" role="alert">
      <Icon name="warning" />
      <span>
        <b>
          {model !== undefined && `${nameOf(model)}, `}
          {settingName(path)}:
        </b>{' '}
        {message}
        {issues.size > 1 && ` ${issues.size - 1} more marked in red.`}
      </span>
      <button
        className="link-button"
        type="button"
        onClick={() => {
          if (index !== null) selectModel(index);
          // The fields of the model are there after the next paint.
          requestAnimationFrame(() => {
            document.querySelector<HTMLElement>('.settings [aria-invalid="true"]')?.focus();
          });
        }}
      >
        Show it
      </button>
    </div>
  );
}
