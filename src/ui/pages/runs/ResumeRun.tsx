/** Goes on with a kept run where it stopped; asks for the files that it was trained on where this browser has none. */
import { useRef } from 'react';
import { takeForRun } from '../../../state/copy_offers';
import { engine } from '../../../state/engine_store';
import { canResume, resumeRun } from '../../../state/kept_runs';
import { goingOn, type Run } from '../../../state/run_record';
import { runOf, useRuns } from '../../../state/runs_store';
import { FilesInput } from '../../parts/FilesInput';
import { fileInWords } from '../../parts/needed_text';
import { useLacking } from '../../parts/NeededFiles';

export function ResumeRun({ run }: { readonly run: Run }) {
  const input = useRef<HTMLInputElement>(null);
  const going = useRuns(({ runs }) => goingOn(runs)?.name);
  const { lacking, rows, canAsk } = useLacking(run.id);
  if (!canResume(run)) return null;
  const names = lacking.map(({ name }) => name).join(', ');
  const trainedOn = `It was trained on ${lacking.map((file) => fileInWords(file, rows)).join(' and ')}`;
  const resume = () => void resumeRun(engine, runOf(run.id) ?? run, { press: true });
  const take = async (files: readonly File[]) => {
    if (files.length === 0) return;
    // What is still wrong is said, as it is when the browser refuses.
    await takeForRun(engine, run.id, files);
    resume();
  };
  const about =
    lacking.length === 0
      ? 'Go on from its latest checkpoint, as if it had never stopped'
      : canAsk
        ? `${trainedOn}; the browser asks first whether this page may read it`
        : trainedOn;
  return (
    <>
      <button
        type="button"
        className="link-button cut"
        disabled={going !== undefined}
        title={going === undefined ? about : `${going} is going on; stop it first`}
        onClick={() => {
          if (lacking.length === 0 || canAsk) resume();
          else input.current?.click();
        }}
      >
        Resume
      </button>
      {lacking.length > 0 && (
        <>
          <span className="runs-needs quiet" title={trainedOn}>
            {canAsk ? `asks to read ${names}` : `needs ${names}`}
          </span>
          <FilesInput
            input={input}
            label={`The file that ${run.name} was trained on`}
            multiple={lacking.length > 1}
            onFiles={(files) => void take(files)}
          />
        </>
      )}
    </>
  );
}
