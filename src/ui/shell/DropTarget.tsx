/**
 * The whole page takes files, whichever page is shown, and is veiled while some are dragged over it. Without it the
 * browser would open a dropped file in the place of the lab, and every run would be gone.
 */
import { useEffect, useState } from 'react';
import { DROPPABLE } from '../../state/dropped_files';
import { notifyError } from '../../state/notices_store';
import { filesOfDrop, openFiles } from '../file_opening';
import { Icon } from '../parts/Icon';
import './drop_target.css';

export function DropTarget() {
  const [dropping, setDropping] = useState(false);
  useEffect(() => followDrops(window, setDropping), []);
  return dropping ? <DropVeil /> : null;
}

/** What is seen while files are dragged over the page. */
function DropVeil() {
  return (
    <div className="drop-veil" aria-hidden="true">
      <div className="drop-card">
        <Icon name="file" size={24} />
        <div>
          <b>Drop to open</b>
          <p>{DROPPABLE.charAt(0).toUpperCase() + DROPPABLE.slice(1)}.</p>
        </div>
      </div>
    </div>
  );
}

/** Takes every drop of files on `target` and tells while some hang over it; returns how to stop. */
export function followDrops(
  target: Pick<Window, 'addEventListener' | 'removeEventListener'>,
  onDropping: (dropping: boolean) => void,
): () => void {
  const over = (event: DragEvent) => {
    // Text that is dragged into a field is the field's business.
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    onDropping(true);
  };
  const leave = (event: DragEvent) => {
    if (event.relatedTarget === null) onDropping(false);
  };
  const drop = (event: DragEvent) => {
    onDropping(false);
    const data = event.dataTransfer;
    if (data?.types.includes('Files') !== true) return;
    event.preventDefault();
    filesOfDrop(data).then(openFiles).catch(notifyError);
  };
  target.addEventListener('dragenter', over);
  target.addEventListener('dragover', over);
  target.addEventListener('dragleave', leave);
  target.addEventListener('drop', drop);
  return () => {
    target.removeEventListener('dragenter', over);
    target.removeEventListener('dragover', over);
    target.removeEventListener('dragleave', leave);
    target.removeEventListener('drop', drop);
  };
}
