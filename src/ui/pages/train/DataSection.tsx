/**
 * Where the samples come from: a preset with its experiment, or a file of the person's own, chosen or
 * dropped anywhere on the page.
 */
import { useEffect, useRef, useState } from 'react';
import { presets, presetIds, type PresetId } from '../../../lab/presets';
import { useBenchFacts } from '../../../state/bench_facts';
import type { Settings } from '../../../state/experiment_draft';
import {
  matchingPreset,
  openExperiment,
  openFile,
  undo,
  useExperiment,
} from '../../../state/experiment_store';
import { notify } from '../../../state/notices_store';
import { Choice, type ChoiceOption } from '../../parts/Choice';
import { Icon } from '../../parts/Icon';

type DataChoice = PresetId | 'file';

export function DataSection() {
  const data = useExperiment((state) => state.draft.data);
  const file = useExperiment((state) => state.file);
  const picker = useRef<HTMLInputElement>(null);
  const dropping = useFileDrop();
  const value = choiceOf(data);
  const options: readonly ChoiceOption<DataChoice>[] = [
    ...presetIds.map((id) => ({
      value: id,
      label: presets[id].label,
      detail: presets[id].summary,
    })),
    {
      value: 'file',
      label: value === 'file' ? String(data.path) : 'Your file…',
      detail: 'A .npy of shape [rows, dimensions]; it stays in this browser.',
    },
  ];
  return (
    <section aria-labelledby="data-title">
      <h2 className="section-title" id="data-title">
        Data
      </h2>
      <Choice
        label="Data"
        value={value}
        options={options}
        onChange={(choice) => {
          if (choice === 'file') picker.current?.click();
          else openPreset(choice);
        }}
      />
      <input
        ref={picker}
        type="file"
        accept=".npy"
        hidden
        onChange={(event) => {
          takeFile(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      {value === 'file' && file === null ? (
        <div className="note note-warn data-missing">
          <Icon name="warning" />
          <span>
            This experiment trains on {String(data.path)}, which is not in the link.{' '}
            <button className="link-button" type="button" onClick={() => picker.current?.click()}>
              Open it
            </button>{' '}
            or drop it here.
          </span>
        </div>
      ) : (
        <DataDescription />
      )}
      {dropping && (
        <div className="drop-veil" aria-hidden="true">
          <div className="drop-card">
            <Icon name="file" size={24} />
            Drop a .npy file to train on its rows
          </div>
        </div>
      )}
    </section>
  );
}

function DataDescription() {
  const description = useBenchFacts((facts) => facts.preview?.description);
  const reading = useBenchFacts((facts) => facts.reading);
  const error = useBenchFacts((facts) => facts.previewError);
  if (error !== null) {
    return (
      <div className="note note-bad data-missing" role="alert">
        <Icon name="warning" />
        <span>
          {error.message} {error.wayOut}
        </span>
      </div>
    );
  }
  return (
    <p className="quiet data-description">{reading ? 'Reading…' : (description ?? '\u00a0')}</p>
  );
}

function choiceOf(data: Settings): DataChoice {
  if (data.kind === 'npy') return 'file';
  if (data.kind === 'words') return 'words';
  return data.preset === 'zoo' ? 'zoo' : 'figure1';
}

/** Puts the preset's whole experiment on the bench: sizes that fit one kind of data seldom fit another. */
function openPreset(id: PresetId): void {
  const edited = matchingPreset(useExperiment.getState().draft) === null;
  openExperiment(presets[id].config);
  if (edited) {
    notify({
      tone: 'info',
      title: `Opened the experiment for ${presets[id].label.toLowerCase()}`,
      detail: 'Its models and settings replaced yours.',
      action: { label: 'Undo', run: undo },
    });
  }
}

function takeFile(file: File | undefined): void {
  if (file === undefined) return;
  if (file.name.toLowerCase().endsWith('.npy')) openFile(file);
  else {
    notify({
      tone: 'error',
      title: `${file.name} is not a .npy file.`,
      detail: 'Save the activations with numpy.save as float32 of shape [rows, dimensions].',
    });
  }
}

/** Takes files dropped anywhere on the page; true while one is dragged over it. */
function useFileDrop(): boolean {
  const [dropping, setDropping] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setDropping(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDropping(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setDropping(false);
      takeFile(event.dataTransfer?.files[0]);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return dropping;
}
