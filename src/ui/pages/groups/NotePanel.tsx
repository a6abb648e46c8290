/** The person's own note on a group, kept in this browser. */
import { Panel } from '../../parts/Panel';
import { NOTE_LIMIT, annotationsOf, useAnnotations } from './annotations_store';

export interface NotePanelProps {
  readonly group: number;
  readonly annotationKey: string;
}

export function NotePanel({ group, annotationKey }: NotePanelProps) {
  const note = useAnnotations((state) => annotationsOf(state, annotationKey)[group]?.note ?? '');
  return (
    <Panel title={<label htmlFor="group-note">Note</label>}>
      <textarea
        id="group-note"
        className="control card-note"
        rows={4}
        maxLength={NOTE_LIMIT}
        placeholder="What does it mean? Kept in this browser, for these settings and seed."
        value={note}
        onChange={(event) =>
          useAnnotations.getState().setNote(annotationKey, group, event.target.value)
        }
      />
    </Panel>
  );
}
