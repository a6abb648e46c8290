/** Tags and a note of one run. */
import { useState, type SyntheticEvent } from 'react';
import { saysSame } from '../../../base/canonical';
import { engine } from '../../../state/engine_store';
import type { Run } from '../../../state/run_record';
import { describeRun, NOTE_LIMIT, tagsOf } from '../../../state/said_of_runs';
import { Modal } from '../../parts/Modal';

interface DescribeRunProps {
  readonly run: Run;
  readonly onClose: () => void;
}

export function DescribeRun({ run, onClose }: DescribeRunProps) {
  const { about } = run;
  const [tags, setTags] = useState(about.tags.map((tag) => `#${tag}`).join(' '));
  const [note, setNote] = useState(about.note);
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    const said = { tags: tagsOf(tags), note: note.trim() };
    if (!saysSame(said, { tags: about.tags, note: about.note })) {
      describeRun(engine, run.id, said, { undo: true });
    }
    onClose();
  };
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Tags and note of ${run.name}`}
      description={
        run.kept === null
          ? 'This browser does not keep this run: they are gone with the page.'
          : 'Kept in this browser with the run.'
      }
    >
      <form className="run-form" onSubmit={save}>
        <label htmlFor="run-tags">Tags</label>
        <input
          id="run-tags"
          className="control text-input"
          autoComplete="off"
          spellCheck={false}
          placeholder="#week #baseline"
          value={tags}
          maxLength={500}
          onChange={(event) => setTags(event.target.value)}
        />
        <label htmlFor="run-note">Note</label>
        <textarea
          id="run-note"
          className="control run-note"
          rows={5}
          maxLength={NOTE_LIMIT}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="run-form-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary">
            Save
          </button>
        </div>
      </form>
    </Modal>
  );
}
