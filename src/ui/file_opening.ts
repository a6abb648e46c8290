/**
 * What the page does with files, chosen or dropped: they are taken where they belong, and the page on which what
 * came of them is seen is shown.
 */
import { takeFiles } from '../state/dropped_files';
import { notify } from '../state/notices_store';
import { noteHandles } from './file_choice';
import { currentRoute, navigate } from './route';

/** Pages that show what is in the draft. */
const DRAFT_PAGES = ['', 'train', 'data'];

/** Takes files and goes to where they are seen. */
export async function openFiles(files: readonly File[]): Promise<void> {
  const outcome = await takeFiles(files);
  const { page } = currentRoute();
  if (outcome === 'draft' && !DRAFT_PAGES.includes(page)) navigate('train');
  if (outcome === 'kept' && page !== 'runs') navigate('runs');
  if (outcome !== 'run') return;
  notify({
    tone: 'info',
    title: 'The weights are open.',
    detail: 'Explore their groups, or train on from here.',
    action: { label: 'Groups', run: () => navigate('groups') },
  });
}

/** Most folders that are looked into below a dropped one. */
const DEEPEST = 3;

/**
 * The files of a drop; a folder counts as the files in it. Must be called while the event is handled: the browser takes
 * its data away afterwards.
 */
export function filesOfDrop(data: DataTransfer): Promise<readonly File[]> {
  const entries = [...data.items].flatMap((item) =>
    item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : [],
  );
  if (!entries.some(({ isDirectory }) => isDirectory)) {
    const files = [...data.files];
    return noteHandles(data).then(() => files);
  }
  return Promise.all(entries.map((entry) => filesBelow(entry, DEEPEST))).then((lists) =>
    lists.flat(),
  );
}

async function filesBelow(entry: FileSystemEntry, depth: number): Promise<readonly File[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    // As files of a folder that is chosen have it.
    Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.slice(1) });
    return [file];
  }
  if (!isDirectory(entry) || depth === 0) return [];
  const reader = entry.createReader();
  const inside: FileSystemEntry[] = [];
  // A directory is read in pieces until an empty one.
  for (;;) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (piece.length === 0) break;
    for (const each of piece) inside.push(each);
  }
  const shown = inside.filter(({ name }) => !name.startsWith('.'));
  return (await Promise.all(shown.map((each) => filesBelow(each, depth - 1)))).flat();
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry =>
  entry.isDirectory;
