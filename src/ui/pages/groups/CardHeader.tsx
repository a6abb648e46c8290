/**
 * The head of a group's card: its number, the person's name and tags for it, and what can be done with it.
 */
import { useState } from 'react';
import { copyLink } from '../../link_sync';
import { Hint } from '../../parts/Hint';
import { Icon } from '../../parts/Icon';
import { unitColor } from '../../plots/palette';
import { useTheme } from '../../plots/use_theme';
import { NO_ANNOTATION, TAG_LIMIT } from '../../../lab/run/annotations';
import { annotationsOf, useAnnotations } from '../../../state/annotations';
import { addTag, removeTag, toggleStar, type AnnotatedUnit } from './annotation_edits';
import { useGroupsView } from './groups_view';
import type { Movement } from '../../parts/list_movement';
import { NameField } from './NameField';

export interface CardHeaderProps {
  readonly at: AnnotatedUnit;
  /** Slot of its colour, the same on every page. */
  readonly slot: number;
  readonly onMove: (movement: Movement) => void;
}

export function CardHeader({ at, slot, onMove }: CardHeaderProps) {
  const { runId, model, unit, unitName } = at;
  const annotation = useAnnotations(
    (state) => annotationsOf(state, runId, model)[unit] ?? NO_ANNOTATION,
  );
  const color = unitColor(slot, useTheme());
  const { name, starred, tags } = annotation;
  return (
    <header className="card-head">
      <span className="swatch card-swatch" style={{ background: color }} aria-hidden="true" />
      <h1>
        {unitName === 'group' ? 'Group' : 'Latent'} {unit}
      </h1>
      <NameField key={`name ${unit}`} at={at} name={name} />
      <ul className="card-tags" aria-label="Tags">
        {tags.map((tag) => (
          <li key={tag} className="card-tag">
            <button
              type="button"
              title={`Show all tagged ${tag}`}
              onClick={() => useGroupsView.setState({ filter: `#${tag}` })}
            >
              {tag}
            </button>
            <button
              type="button"
              aria-label={`Remove the tag ${tag}`}
              onClick={() => removeTag(at, tag)}
            >
              <Icon name="close" size={10} />
            </button>
          </li>
        ))}
        <li>
          <NewTag key={unit} at={at} />
        </li>
      </ul>
      <div className="card-actions">
        <Hint text={`Previous ${unitName} in the table (k)`}>
          <button
            type="button"
            className="button button-icon card-step"
            aria-label={`Previous ${unitName}`}
            onClick={() => onMove({ by: -1 })}
          >
            <Icon name="chevron" />
          </button>
        </Hint>
        <Hint text={`Next ${unitName} in the table (j)`}>
          <button
            type="button"
            className="button button-icon"
            aria-label={`Next ${unitName}`}
            onClick={() => onMove({ by: 1 })}
          >
            <Icon name="chevron" />
          </button>
        </Hint>
        <button
          type="button"
          className="button button-quiet"
          aria-pressed={starred}
          title={`${starred ? 'Remove the star' : 'Star'} (s)`}
          onClick={() => toggleStar(at)}
        >
          <span className="card-star" data-on={starred} aria-hidden="true">
            {starred ? '★' : '☆'}
          </span>
          {starred ? 'Starred' : 'Star'}
        </button>
        <button type="button" className="button button-quiet" onClick={() => void copyLink()}>
          <Icon name="link" />
          Copy link
        </button>
      </div>
    </header>
  );
}

/** "+ tag", which becomes a field. */
function NewTag({ at }: { readonly at: AnnotatedUnit }) {
  const [text, setText] = useState<string | null>(null);
  if (text === null) {
    return (
      <button type="button" className="card-tag card-tag-new" onClick={() => setText('')}>
        + tag
      </button>
    );
  }
  const keep = () => {
    addTag(at, text);
    setText(null);
  };
  return (
    <input
      className="control card-tag-input"
      type="text"
      aria-label="New tag"
      autoComplete="off"
      maxLength={TAG_LIMIT}
      autoFocus
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
        if (event.key === 'Escape') setText(null);
      }}
    />
  );
}
