/** The system's dialogue for choosing files, opened from elsewhere: what is chosen is opened like what is dropped. */
import type { RefObject } from 'react';
import { chooseWithHandles } from '../file_choice';
import { openFiles } from '../file_opening';

export interface FilePickerProps {
  /** Its `click` opens the dialogue. */
  readonly picker: RefObject<HTMLInputElement | null>;
  /** Endings that the dialogue offers. */
  readonly accept: string;
}

export function FilePicker({ picker, accept }: FilePickerProps) {
  return (
    <input
      ref={picker}
      type="file"
      accept={accept}
      hidden
      onClick={(event) => chooseWithHandles(event, (files) => void openFiles(files))}
      onChange={(event) => {
        void openFiles([...(event.target.files ?? [])]);
        // The same file may be chosen again.
        event.target.value = '';
      }}
    />
  );
}
