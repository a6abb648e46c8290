/**
 * The person's own files that the kept runs need: how each can be had after a reload, which copies take room in this
 * browser, and how to keep one or take it away.
 */
import { useMemo } from 'react';
import type { DataFile } from '../../../lab/run/data_identity';
import { keepCopies, removeCopy } from '../../../state/copy_offers';
import { engine } from '../../../state/engine_store';
import { useRunFiles, type RunFilesState } from '../../../state/run_files';
import { useRuns, type RunsState } from '../../../state/runs_store';
import { formatBytes } from '../../plots/format';
import './run_data.css';

/** A file with the runs that need it. */
interface NeededFile {
  readonly file: DataFile;
  /** Ids of the runs, in their order. */
  readonly runs: readonly string[];
}

export function RunData() {
  const runs = useRuns((state) => state.runs);
  const needed = useMemo(() => neededBy(runs), [runs]);
  const files = useRunFiles();
  const copies = needed.flatMap(({ file }) => files.copies[file.sha256] ?? []);
  if (needed.length === 0) return null;
  const bytes = copies.reduce((sum, each) => sum + each, 0);
  return (
    <details className="run-data">
      <summary className="quiet">
        Trained on {needed.length === 1 ? '1 file' : `${needed.length} files`} of yours
        {copies.length > 0 &&
          `; ${copies.length === 1 ? 'a copy takes' : `${copies.length} copies take`} ${formatBytes(bytes)}`}
      </summary>
      <ul aria-label="Files that the runs need">
        {needed.map((each) => (
          <FileRow key={each.file.sha256} {...each} files={files} />
        ))}
      </ul>
    </details>
  );
}

function FileRow({ file, runs, files }: NeededFile & { readonly files: RunFilesState }) {
  const { sha256, name, bytes } = file;
  const copy = files.copies[sha256];
  const remembered = (files.remembered[sha256]?.handle ?? null) !== null;
  const [run] = runs;
  return (
    <li>
      <b className="cut" title={`sha256 ${sha256}`}>
        {name}
      </b>
      <span>{formatBytes(bytes)}</span>
      <span>{runs.length === 1 ? '1 run' : `${runs.length} runs`}</span>
      <span>{standingText(copy, remembered, files.wrong[sha256])}</span>
      {copy !== undefined ? (
        <button
          type="button"
          className="link-button"
          title="The runs stay; the page asks for the file when one of them needs it"
          onClick={() => void removeCopy(engine, sha256)}
        >
          Remove the copy
        </button>
      ) : (
        files.given.has(sha256) &&
        run !== undefined && (
          <button
            type="button"
            className="link-button"
            onClick={() => void keepCopies(engine, run)}
          >
            Keep a copy
          </button>
        )
      )}
    </li>
  );
}

function standingText(
  copy: number | undefined,
  remembered: boolean,
  wrong: string | undefined,
): string {
  if (copy !== undefined) return 'kept as a copy';
  if (wrong !== undefined) return wrong;
  return remembered
    ? 'read from where it lies, if you allow it'
    : 'asked for when a run needs it after a reload';
}

function neededBy(runs: RunsState['runs']): readonly NeededFile[] {
  const needed = new Map<string, NeededFile>();
  for (const { id, kept } of Object.values(runs)) {
    for (const file of kept?.data?.files ?? []) {
      const known = needed.get(file.sha256)?.runs ?? [];
      needed.set(file.sha256, { file, runs: [...known, id] });
    }
  }
  return [...needed.values()];
}
