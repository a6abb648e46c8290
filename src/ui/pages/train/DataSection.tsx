/**
 * Where the samples come from: a preset with its experiment, or a file of the person's own, chosen or
 * dropped anywhere on the page. What a language model needs besides is in DataLanguageModel.tsx.
 */
import { useEffect, useRef } from 'react';
import { presets, presetIds, type PresetId } from '../../../lab/run/presets';
import { useDraftFacts } from '../../../state/draft_facts';
import { DATA_FILES } from '../../../state/dropped_files';
import { engine } from '../../../state/engine_store';
import { dataLabel, fileNeeded } from '../../../lab/run/data_kinds';
import { dataSchema } from '../../../lab/run/run_config';
import { textOf, type Settings } from '../../../state/experiment_draft';
import {
  keepDraft,
  matchingPreset,
  openExperiment,
  useExperiment,
} from '../../../state/experiment_store';
import {
  languageModelOf,
  refreshLanguageModels,
  useLanguageModels,
} from '../../../state/language_models_store';
import { notify } from '../../../state/notices_store';
import { ErrorNote } from '../../parts/ErrorNote';
import { Choice, type ChoiceOption } from '../../parts/Choice';
import { FilePicker } from '../../parts/FilePicker';
import { Icon } from '../../parts/Icon';
import { formatPercent } from '../../plots/format';
import { DataLanguageModel } from './DataLanguageModel';

type DataChoice = PresetId | 'file' | 'other';

export function DataSection() {
  const data = useExperiment((state) => state.draft.data);
  const file = useExperiment((state) => state.file);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => void refreshLanguageModels(engine), []);
  const value = choiceOf(data);
  const needed = fileNeeded(data);
  const place = useLanguagePlace(data);
  const options: readonly ChoiceOption<DataChoice>[] = [
    ...presetIds.map((id) => ({
      value: id,
      label: (id === value && place) || presets[id].label,
      detail: presets[id].summary,
    })),
    ...(value === 'other'
      ? [
          {
            value: 'other' as const,
            label: place ?? otherLabel(data),
            detail: data.kind === 'lm' ? 'Another language model' : 'From a run file or a link',
          },
        ]
      : []),
    {
      value: 'file',
      label: value === 'file' ? textOf(data.path) : 'Your file…',
      detail:
        'A .npy of shape [rows, dimensions], or a text for a language model; it stays in this browser.',
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
          else if (choice !== 'other') openPreset(choice);
        }}
      />
      <FilePicker picker={picker} accept={DATA_FILES} />
      {needed !== null && file === null ? (
        <div className="note note-warn data-missing">
          <Icon name="warning" />
          <span>
            This experiment trains on {needed}, which is not in the link.{' '}
            <button className="link-button" type="button" onClick={() => picker.current?.click()}>
              Open it
            </button>{' '}
            or drop it here.
          </span>
        </div>
      ) : (
        <DataDescription short={data.kind === 'lm'} />
      )}
      {data.kind === 'lm' && <DataLanguageModel data={data} />}
    </section>
  );
}

/** "Reading text, 34 %…". */
function stageText({ stage, fraction }: { stage: string; fraction: number }): string {
  const share = Math.round(100 * fraction) / 100;
  return share > 0 && share < 1 ? `${stage}, ${formatPercent(share, 2)}…` : `${stage}…`;
}

/** The language model and layer as they are set; null for data of another kind. */
function useLanguagePlace(data: Settings): string | null {
  const label = useLanguageModels((state) => languageModelOf(state, textOf(data.model))?.label);
  if (data.kind !== 'lm' || label === undefined || typeof data.layer !== 'number') return null;
  return `${label}, layer ${data.layer}`;
}

/** One line or two about the data; `short` keeps no room for a third. */
function DataDescription({ short }: { readonly short: boolean }) {
  const description = useDraftFacts((facts) => facts.preview?.description);
  const reading = useDraftFacts((facts) => facts.reading);
  const error = useDraftFacts((facts) => facts.previewError);
  if (error !== null) {
    return <ErrorNote error={error} className="data-missing" />;
  }
  return (
    <p className="quiet data-description" data-short={short} title={description}>
      {reading === null ? (description ?? '\u00a0') : stageText(reading)}
    </p>
  );
}

/** What the data are called while the lab has no better name. */
function otherLabel(data: Settings): string {
  if (data.kind === 'lm') return textOf(data.model);
  const read = dataSchema.safeParse(data);
  return read.success ? dataLabel(read.data) : 'Features of your own';
}

/** The preset whose data these are, whatever is set about them. */
function choiceOf(data: Settings): DataChoice {
  if (data.kind === 'npy') return 'file';
  const key = data.kind === 'synthetic' ? 'preset' : 'model';
  const preset = presetIds.find((id) => {
    const known: Settings = presets[id].config.data;
    return known.kind === data.kind && known[key] === data[key];
  });
  return preset ?? 'other';
}

/** Puts the preset's whole experiment in the draft: sizes that fit one kind of data seldom fit another. */
function openPreset(id: PresetId): void {
  const edited = matchingPreset(useExperiment.getState().draft) === null;
  const putBack = keepDraft();
  openExperiment(presets[id].config);
  if (edited) {
    notify({
      tone: 'info',
      title: `Opened the experiment on ${presets[id].label}`,
      detail: 'Its models and settings replaced yours.',
      action: { label: 'Undo', run: putBack },
    });
  }
}
