/** The menu of all annotations of a model: out as JSON, in from JSON, away. Asks before it attaches those of other weights. */
import { useRef, useState } from 'react';
import { annotationsOf, useAnnotations, type Annotated } from '../../../state/annotations';
import { notify, notifyError } from '../../../state/notices_store';
import { Icon } from '../../parts/Icon';
import { Menu } from '../../parts/Menu';
import { Modal } from '../../parts/Modal';
import { formatInteger } from '../../plots/format';
import { countOf, removeAll } from './annotation_edits';
import { attachNotes, exportNotes, readNotes, type ReadNotes } from './notes_file';

export interface NotesMenuProps {
  readonly about: Annotated;
  readonly modelName: string;
  readonly runName: string;
  readonly groups: number;
}

export function NotesMenu({ about, modelName, runName, groups }: NotesMenuProps) {
  const picker = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState<ReadNotes | null>(null);
  const count = useAnnotations(
    (state) => Object.keys(annotationsOf(state, about.runId, about.model)).length,
  );
  const stem = `${modelName} ${runName} step ${about.step}`.replace(/[^A-Za-z0-9]+/g, '-');
  const take = async (file: File) => {
    try {
      const notes = await readNotes(about, file);
      if (Object.keys(notes.said.units).length === 0) {
        notify({ tone: 'info', title: `${file.name} says nothing of any unit.` });
      } else if (notes.match === 'same') attachNotes(about, notes, groups);
      else setAsked(notes);
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            className="button button-icon groups-notes"
            aria-label="All notes"
            title="Names, stars, tags and notes: out, in, away"
          >
            <Icon name="more" />
          </button>
        }
        actions={[
          {
            label: 'Export notes',
            detail: '.json',
            disabled: count === 0,
            onSelect: () => void exportNotes(about, stem).catch(notifyError),
          },
          { label: 'Import notes…', detail: '.json', onSelect: () => picker.current?.click() },
          {
            label: 'Remove all notes',
            detail: count === 0 ? undefined : countOf(count),
            disabled: count === 0,
            danger: true,
            separated: true,
            onSelect: () => removeAll(about),
          },
        ]}
      />
      <input
        ref={picker}
        type="file"
        accept=".json"
        aria-label="A file of notes"
        hidden
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file !== undefined) void take(file);
          // The same file may be chosen again.
          event.target.value = '';
        }}
      />
      {asked !== null && (
        <Modal
          open
          onOpenChange={() => setAsked(null)}
          title={
            asked.match === 'other'
              ? 'These notes were made on other weights'
              : 'Nobody knows on which weights these notes were made'
          }
          description={questionText(asked)}
        >
          <div className="groups-question">
            <button type="button" className="button" onClick={() => setAsked(null)}>
              Cancel
            </button>
            <button
              type="button"
              className="button button-primary"
              onClick={() => {
                attachNotes(about, asked, groups);
                setAsked(null);
              }}
            >
              Attach by number
            </button>
          </div>
        </Modal>
      )}
    </>
  );
}

function questionText({ fileName, said, match }: ReadNotes): string {
  const units = countOf(Object.keys(said.units).length);
  const when = said.step === null ? '' : ` at step ${formatInteger(said.step)}`;
  const made =
    match === 'other'
      ? `${fileName} has notes on ${units}, made${when} on weights with another SHA-256 than those shown here.`
      : `${fileName} has notes on ${units}, made${when}; their weights cannot be compared with those shown here.`;
  return `${made} The unit of the same number may be another one in this model. Attach them by number all the same?`;
}
