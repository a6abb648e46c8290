/** The person's own note on a unit, and on which weights it was made. */
import { useRef } from 'react';
import { NO_ANNOTATION, NOTE_LIMIT } from '../../../lab/run/annotations';
import { flushAnnotations, useAnnotations } from '../../../state/annotations';
import { modelKey } from '../../../state/questions';
import { useRuns } from '../../../state/runs_store';
import { Panel } from '../../parts/Panel';
import { formatInteger } from '../../plots/format';
import { offerNote, writeNote, type AnnotatedUnit } from './annotation_edits';

export function NotePanel({ at }: { readonly at: AnnotatedUnit }) {
  const units = useAnnotations(({ byModel }) => byModel[modelKey(at.runId, at.model)]);
  const isKept = useRuns(({ runs }) => (runs[at.runId]?.kept ?? null) !== null);
  const { note, step } = units?.[at.unit] ?? NO_ANNOTATION;
  /** The note when the field was entered. */
  const before = useRef('');
  return (
    <Panel title={<label htmlFor="unit-note">Note</label>}>
      <textarea
        id="unit-note"
        className="control card-note"
        rows={4}
        maxLength={Math.max(NOTE_LIMIT, note.length)}
        disabled={units === undefined}
        placeholder={
          isKept
            ? 'What does it mean? Kept with the run, and in its exports.'
            : 'What does it mean? This run is lost with the page: export it, or its notes.'
        }
        value={note}
        onFocus={() => {
          before.current = note;
        }}
        onChange={(event) => writeNote(at, event.target.value)}
        onBlur={() => {
          if (note === '' && before.current !== '') offerNote(at, before.current);
          void flushAnnotations();
        }}
      />
      {step !== null && step !== at.step && (
        <p className="quiet card-note-step">
          What you noted here was made at step {formatInteger(step)}; these weights are those of
          step {formatInteger(at.step)}.
        </p>
      )}
    </Panel>
  );
}
