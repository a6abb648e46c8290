/**
 * Takes files dropped anywhere on the page while it is mounted, and veils the page while some are dragged over
 * it. It knows nothing of what is in them.
 */
import { useEffect, useRef, useState } from 'react';
import './file_drop.css';
import { Icon } from './Icon';

export interface FileDropProps {
  /** What can be dropped: "Drop a .npy file to train on its rows". */
  readonly invitation: string;
  readonly onFiles: (files: readonly File[]) => void;
}

export function FileDrop({ invitation, onFiles }: FileDropProps) {
  const [dropping, setDropping] = useState(false);
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setDropping(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDropping(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setDropping(false);
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  if (!dropping) return null;
  return (
    <div className="drop-veil" aria-hidden="true">
      <div className="drop-card">
        <Icon name="file" size={24} />
        {invitation}
      </div>
    </div>
  );
}
