/** Takes in runs that another browser exported or that the command line trained: a .zip, or a folder. */
import { useRef, type RefObject } from 'react';
import { useEngineLack } from '../../parts/engine_lack';
import { Icon } from '../../parts/Icon';
import { Menu } from '../../parts/Menu';
import { openFiles } from '../../file_opening';

export function ImportRuns() {
  const zips = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  if (useEngineLack() !== null) return null;
  return (
    <>
      <Menu
        trigger={
          <button className="button" type="button">
            Import
            <Icon name="chevron" size={14} />
          </button>
        }
        actions={[
          {
            label: 'An export of runs…',
            detail: '.zip',
            onSelect: () => zips.current?.click(),
          },
          {
            label: 'A folder of lab train…',
            detail: 'or several in one',
            onSelect: () => folder.current?.click(),
          },
        ]}
      />
      <Chooser picker={zips} label="Exported runs to import" />
      <Chooser picker={folder} label="Folder of runs to import" isFolder />
    </>
  );
}

interface ChooserProps {
  readonly picker: RefObject<HTMLInputElement | null>;
  readonly label: string;
  readonly isFolder?: boolean;
}

function Chooser({ picker, label, isFolder = false }: ChooserProps) {
  return (
    <input
      ref={picker}
      className="visually-hidden"
      type="file"
      multiple
      tabIndex={-1}
      aria-label={label}
      // All browsers know it, but for React.
      {...(isFolder ? { webkitdirectory: '' } : { accept: '.zip' })}
      onChange={({ target }) => {
        const files = [...(target.files ?? [])];
        target.value = '';
        if (files.length > 0) void openFiles(files);
      }}
    />
  );
}
