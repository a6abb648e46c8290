/** Goes on with a kept run where it stopped; asks for the file that it was trained on where this browser has none. */
import { useRef } from 'react';
import { groupDigits } from '../../../base/number_text';
import { fileText } from '../../../lab/run/data_identity';
import { engine } from '../../../state/engine_store';
import { canResume, resumeRun } from '../../../state/kept_runs';
import { isActive, type Run } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';

export function ResumeRun({ run }: { readonly run: Run }) {
  const picker = useRef<HTMLInputElement>(null);
  const going = useRuns(
    ({ runs }) => Object.values(runs).find((each) => isActive(each.status))?.name,
  );
  if (!canResume(run)) return null;
  const [needed] = run.file === null ? (run.kept?.data?.files ?? []) : [];
  const rows = run.kept?.data?.rows ?? null;
  const about =
    needed === undefined
      ? 'Go on from its latest checkpoint, as if it had never stopped'
      : `It was trained on ${needed.name}: ${rows === null ? '' : `${groupDigits(String(rows), '\u202f')} rows, `}${fileText(needed)}`;
  return (
    <>
      <button
        type="button"
        className="link-button"
        disabled={going !== undefined}
        title={going === undefined ? about : `${going} is going on; stop it first`}
        onClick={() => {
          if (needed === undefined) void resumeRun(engine, run);
          else picker.current?.click();
        }}
      >
        Resume
      </button>
      {needed !== undefined && (
        <>
          <span className="runs-needs quiet" title={about}>
            needs {needed.name}
          </span>
          <input
            ref={picker}
            className="visually-hidden"
            type="file"
            tabIndex={-1}
            aria-label={`The file that ${run.name} was trained on`}
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              target.value = '';
              if (file !== undefined) void resumeRun(engine, run, file);
            }}
          />
        </>
      )}
    </>
  );
}
