/**
 * Asks for the files that a run needs, at the place where what is made of them would be: which they are, what was wrong
 * with the one that was given, and a button to give them or to let the page read them again.
 */
import { useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { takeForRun } from '../../state/copy_offers';
import { engine } from '../../state/engine_store';
import { bringFiles, lackingOf, standingOf, useRunFiles } from '../../state/run_files';
import { useRuns } from '../../state/runs_store';
import { FilesInput } from './FilesInput';
import { fileInWords } from './needed_text';

export interface NeededFilesProps {
  readonly runId: string;
  /** Called when all of them are there. */
  readonly onReady: () => void;
}

/** What a run lacks: files, what is wrong with those that were given, and whether the browser can be asked for them. */
export function useLacking(runId: string | null) {
  const data = useRuns(({ runs }) => (runId === null ? null : (runs[runId]?.kept?.data ?? null)));
  const lacking = useRunFiles(useShallow((state) => lackingOf(state, data)));
  const wrong = useRunFiles(
    useShallow(({ wrong: said }) => lacking.flatMap(({ sha256 }) => said[sha256] ?? [])),
  );
  const canAsk = useRunFiles((state) => lacking.every((file) => standingOf(state, file) === 'ask'));
  return { lacking, rows: data?.rows ?? null, wrong, canAsk: lacking.length > 0 && canAsk };
}

export function NeededFiles({ runId, onReady }: NeededFilesProps) {
  const input = useRef<HTMLInputElement>(null);
  const { lacking, rows, wrong, canAsk } = useLacking(runId);
  const name = useRuns(({ runs }) => runs[runId]?.name ?? 'This run');
  if (lacking.length === 0) return null;
  const names = lacking.map((file) => file.name).join(', ');
  const take = async (files: readonly File[]) => {
    if (files.length > 0 && (await takeForRun(engine, runId, files))) onReady();
  };
  const ask = () =>
    bringFiles(engine, runId, { press: true }).then(onReady, () => {
      // What is still needed stands here.
    });
  return (
    <div className="needed-files">
      <p>
        {name} was trained on {lacking.map((file) => fileInWords(file, rows)).join(' and ')}.{' '}
        {canAsk
          ? 'This browser remembers where it lies, and asks you first whether the page may read it.'
          : 'This browser keeps the run, not its data.'}
      </p>
      {wrong.map((sentence) => (
        <p key={sentence} className="needed-wrong" role="alert">
          {sentence}
        </p>
      ))}
      <div className="needed-actions">
        {canAsk && (
          <button type="button" className="button button-primary" onClick={() => void ask()}>
            Allow reading {names}
          </button>
        )}
        <button
          type="button"
          className={canAsk ? 'button' : 'button button-primary'}
          onClick={() => input.current?.click()}
        >
          Choose {lacking.length === 1 ? names : 'the files'}…
        </button>
      </div>
      <FilesInput
        input={input}
        label={`Files that ${name} was trained on`}
        multiple={lacking.length > 1}
        onFiles={(files) => void take(files)}
      />
    </div>
  );
}
