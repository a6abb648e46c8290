/** In the place of results that a run has not: how far their making is, and how to ask for it. */
import { useRef } from 'react';
import { takeForRun } from '../../../state/copy_offers';
import { engine } from '../../../state/engine_store';
import { bringFiles } from '../../../state/run_files';
import type { Run } from '../../../state/run_record';
import { FilesInput } from '../../parts/FilesInput';
import { useHeldOut } from '../../parts/held_out';
import { useLacking } from '../../parts/NeededFiles';

export function EvaluateCell({ run, models }: { readonly run: Run; readonly models: number }) {
  const { progress, error, possible, start, cancel } = useHeldOut(run.id);
  const input = useRef<HTMLInputElement>(null);
  const { lacking, canAsk } = useLacking(run.id);
  const needed = canAsk ? '' : lacking.map(({ name }) => name).join(', ');
  const evaluate = () => {
    if (needed !== '') input.current?.click();
    else if (!canAsk) start();
    else {
      bringFiles(engine, run.id, { press: true }).then(start, () => {
        // The button says then what it needs.
      });
    }
  };
  const take = async (files: readonly File[]) => {
    if (files.length > 0 && (await takeForRun(engine, run.id, files))) start();
  };
  const first =
    progress !== null ? (
      <button type="button" className="link-button" title="Cancel the evaluation" onClick={cancel}>
        {Math.round(100 * progress.fraction)} %
      </button>
    ) : possible && run.status !== 'running' ? (
      <button
        type="button"
        className="link-button"
        title={needed === '' ? error?.message : `Give ${needed} to evaluate`}
        onClick={evaluate}
      >
        {error === null ? 'Evaluate' : 'Try again'}
      </button>
    ) : (
      '–'
    );
  return (
    <ul role="gridcell" className="runs-cell runs-lines runs-ev" data-align="end">
      {Array.from({ length: models }, (_, model) => (
        <li key={model} data-none={model > 0 || first === '–'}>
          {model === 0 ? first : '–'}
          {model === 0 && needed !== '' && (
            <FilesInput
              input={input}
              label={`The file that ${run.name} is evaluated on`}
              multiple={lacking.length > 1}
              onFiles={(files) => void take(files)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
