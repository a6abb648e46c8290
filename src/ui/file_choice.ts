/**
 * The system's dialogue for files, with handles where the browser has a dialogue that gives them: what comes with a
 * handle can be read again after a reload. Elsewhere the dialogue of `<input type="file">` opens as ever.
 */
import type { MouseEvent } from 'react';
import type { FileHandle } from '../lab/protocol/protocol';
import { notifyError } from '../state/notices_store';
import { noteFile } from '../state/opened_files';

interface HandlePicker {
  showOpenFilePicker?(options: {
    readonly multiple: boolean;
    readonly types?: readonly {
      readonly description: string;
      readonly accept: Readonly<Record<string, readonly string[]>>;
    }[];
  }): Promise<readonly FileHandle[]>;
}

/** For `onClick` of a file input: opens the dialogue that gives handles in the place of its own, where there is one. */
export function chooseWithHandles(
  event: MouseEvent<HTMLInputElement>,
  onFiles: (files: readonly File[]) => void,
): void {
  const page: HandlePicker & Pick<Window, 'top' | 'self'> = window;
  // Inside another page the browser refuses it, after the press is spent.
  if (page.showOpenFilePicker === undefined || page.top !== page.self) return;
  event.preventDefault();
  const { multiple, accept } = event.currentTarget;
  const endings = accept.split(',').filter((ending) => ending !== '');
  const files = { description: 'Files that the lab opens', accept: { 'text/plain': endings } };
  page
    .showOpenFilePicker({ multiple, ...(endings.length === 0 ? {} : { types: [files] }) })
    .then((handles) => Promise.all(handles.map(fileOf)))
    .then(onFiles)
    .catch((error: unknown) => {
      // Closed without a choice.
      if (!(error instanceof DOMException && error.name === 'AbortError')) notifyError(error);
    });
}

/** The file of a handle, which is remembered with it. */
async function fileOf(handle: FileHandle): Promise<File> {
  const file = await handle.getFile();
  noteFile(file, handle);
  return file;
}

/** Notes the handles of a drop, in the order of its files. Must be called while the event is handled. */
export async function noteHandles(data: DataTransfer): Promise<void> {
  const files = [...data.files];
  const asked = [...data.items].flatMap((item: DroppedItem) =>
    item.kind === 'file'
      ? [item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null)]
      : [],
  );
  const handles = await Promise.all(asked);
  files.forEach((file, place) => {
    const handle = handles[place] ?? null;
    if (handle !== null && 'getFile' in handle) noteFile(file, handle);
  });
}

/** What browsers with handles add to an item of a drop; a folder has a handle too, which is no file's. */
interface DroppedItem {
  readonly kind: string;
  getAsFileSystemHandle?(): Promise<FileHandle | { readonly kind: 'directory' } | null>;
}
