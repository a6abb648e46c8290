/** The dialogue for files of any name, opened by a button elsewhere; it gives handles where the browser has them. */
import type { RefObject } from 'react';
import { chooseWithHandles } from '../file_choice';

export interface FilesInputProps {
  /** Its `click` opens the dialogue. */
  readonly input: RefObject<HTMLInputElement | null>;
  readonly label: string;
  readonly multiple?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

export function FilesInput({ input, label, multiple = false, onFiles }: FilesInputProps) {
  return (
    <input
      ref={input}
      className="visually-hidden"
      type="file"
      multiple={multiple}
      tabIndex={-1}
      aria-label={label}
      onClick={(event) => chooseWithHandles(event, onFiles)}
      onChange={({ target }) => {
        const files = [...(target.files ?? [])];
        // The same file may be chosen again.
        target.value = '';
        onFiles(files);
      }}
    />
  );
}
