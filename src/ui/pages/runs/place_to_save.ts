/**
 * Where a large file is saved: the browser writes it straight to the place that the person chooses, where it can; else it
 * gathers it and saves it as a download, like small ones.
 */

/** Larger files are written to where they shall be, without a copy on the way. */
const LARGE = 2 ** 28;

interface WithPicker {
  readonly showSaveFilePicker?: (options: {
    readonly suggestedName: string;
  }) => Promise<FileSystemFileHandle>;
}

/** Whether the person is asked for a place for a file of that size. */
export function needsPlace(bytes: number): boolean {
  return bytes > LARGE && (globalThis as WithPicker).showSaveFilePicker !== undefined;
}

/** Asks for the place; null when the person does not give one. */
export async function placeToSave(suggestedName: string): Promise<FileSystemFileHandle | null> {
  try {
    return (await (globalThis as WithPicker).showSaveFilePicker?.({ suggestedName })) ?? null;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}
