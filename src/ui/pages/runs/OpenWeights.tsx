/** Opens models from the folders that the lab or SAELens saved, as a run that waits to be explored. */
import { useRef, useState } from 'react';
import { keepEvaluation } from '../../../state/analyses_store';
import { openExperiment, useExperiment } from '../../../state/experiment_store';
import { notify, notifyError } from '../../../state/notices_store';
import { readOpenedRun } from '../../../state/opened_weights';
import { renameRun } from '../../../state/runs_store';
import { startOnBench } from '../../../state/training';
import { navigate } from '../../route';

export function OpenWeights() {
  const picker = useRef<HTMLInputElement>(null);
  const [reading, setReading] = useState(false);
  const open = async (files: readonly File[]) => {
    setReading(true);
    try {
      await openFiles(files);
    } finally {
      setReading(false);
    }
  };
  return (
    <>
      <button
        className="button"
        type="button"
        disabled={reading}
        title="A .zip for each model, as Export saves them, or the files of one SAELens folder"
        onClick={() => picker.current?.click()}
      >
        {reading ? 'Reading…' : 'Open weights…'}
      </button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        accept=".zip,.json,.jsonl,.safetensors"
        multiple
        tabIndex={-1}
        aria-label="Model folders to open"
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = '';
          if (files.length > 0) void open(files);
        }}
      />
    </>
  );
}

async function openFiles(files: readonly File[]): Promise<void> {
  try {
    const opened = await readOpenedRun(files, useExperiment.getState().config);
    const { input, weights, before, reports, unread } = opened;
    // The bench shows what is trained on.
    openExperiment(input);
    const id = await startOnBench({ weights, before, paused: true });
    reports.forEach((report, model) => {
      if (report !== null) keepEvaluation(id, { model, step: 0, report });
    });
    const [first] = files;
    if (first !== undefined) renameRun(id, first.name.replace(/\.(zip|jsonl?|safetensors)$/i, ''));
    notify({
      tone: 'info',
      title: 'The weights are open.',
      detail: [
        'The run waits at its first step: explore its groups, or train on from here.',
        ...unread,
      ].join(' '),
      action: { label: 'Groups', run: () => navigate('groups') },
    });
  } catch (error) {
    notifyError(error);
  }
}
