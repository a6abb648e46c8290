/**
 * The Data page: what is loaded in the draft, in numbers, as a spectrum and as a few rows to look at; and where
 * one's own data come in.
 */
import { useEffect, useRef } from 'react';
import { languageModelMissing } from '../../../state/draft_facts';
import { DRAFT, dataKey, describeDraft, useData } from '../../../state/data_store';
import { DATA_FILES } from '../../../state/dropped_files';
import { engine, useEngine } from '../../../state/engine_store';
import { fileNeeded } from '../../../lab/run/data_kinds';
import { useExperiment } from '../../../state/experiment_store';
import { refreshLanguageModels, useLanguageModels } from '../../../state/language_models_store';
import type { QuestionProgress } from '../../../state/questions';
import { useQuestion } from '../../../state/use_question';
import { ErrorNote } from '../../parts/ErrorNote';
import { Icon } from '../../parts/Icon';
import { FilePicker } from '../../parts/FilePicker';
import { FiguresOf } from '../../plots/FiguresOf';
import { hrefOf } from '../../route';
import { SampleRows } from './SampleRows';
import { Summary } from './Summary';
import '../../parts/page.css';
import './data.css';

export default function DataPage() {
  const connected = useEngine((state) => state.connection.kind === 'ready');
  const noEngine = useEngine(({ connection }) =>
    connection.kind === 'unavailable' ? connection.error : null,
  );
  const config = useExperiment((state) => state.config);
  const file = useExperiment((state) => state.file);
  const asked = useData(({ data }) => data);
  const { answer, progress, error, cancel } = useQuestion('describe_data', DRAFT);
  // Read for its changes: what is missing may arrive.
  useLanguageModels((state) => state.listed);
  useEffect(() => void refreshLanguageModels(engine), []);
  const lacking = config === null ? null : lackOf(config.data, file);
  const key = config === null || lacking !== null ? '' : dataKey(config.data, file);
  useEffect(() => {
    const { config: now, file: open } = useExperiment.getState();
    if (key === '' || !connected || now === null || useData.getState().data === key) return;
    void describeDraft(engine, now, open);
  }, [key, connected]);
  const shown = asked === key ? answer : null;
  const again = () => {
    if (config !== null) void describeDraft(engine, config, file);
  };
  return (
    <main className="page">
      <div className="page-body">
        <header className="page-head data-head">
          <h1>{shown?.label ?? 'Data'}</h1>
          <p className="quiet">{shown?.description}</p>
          <a className="button button-quiet" href={hrefOf('train')}>
            Choose other data
          </a>
        </header>
        {config === null ? (
          <Say>Some settings on the Train page are marked in red; correct them first.</Say>
        ) : lacking !== null ? (
          <Say>{lacking}</Say>
        ) : noEngine !== null ? (
          <ErrorNote error={noEngine} />
        ) : error !== null && asked === key ? (
          <ErrorNote error={error} onRetry={again} />
        ) : shown === null ? (
          <Waiting progress={progress} onAgain={again} onCancel={cancel} />
        ) : (
          <>
            {shown.warnings.map((warning) => (
              <div key={warning} className="note note-warn" role="status">
                <Icon name="warning" />
                <span>{warning}</span>
              </div>
            ))}
            <FiguresOf data={shown.label}>
              <Summary description={shown} />
            </FiguresOf>
            <SampleRows sample={shown.sample} />
          </>
        )}
        <DropZone />
      </div>
    </main>
  );
}

/** What the data lack before they can be read, as a sentence; null when nothing. */
function lackOf(data: Parameters<typeof fileNeeded>[0] & DataOf, file: File | null): string | null {
  const missing = languageModelMissing(data);
  if (missing !== null) {
    return `The language model ${missing} is not in this browser yet; download it on the Train page.`;
  }
  const needed = fileNeeded(data);
  if (needed === null || file !== null) return null;
  return `The data are in the file ${needed}, which is not open in this page. Drop it here or choose it below.`;
}

type DataOf = Parameters<typeof languageModelMissing>[0];

function Say({ children }: { readonly children: string }) {
  return <p className="panel data-say">{children}</p>;
}

interface WaitingProps {
  readonly progress: QuestionProgress | null;
  readonly onAgain: () => void;
  readonly onCancel: () => void;
}

function Waiting({ progress, onAgain, onCancel }: WaitingProps) {
  return (
    <p className="panel data-say" role="status">
      {progress === null ? (
        <>
          Not measured.{' '}
          <button type="button" className="link-button" onClick={onAgain}>
            Measure
          </button>
        </>
      ) : (
        <>
          {progress.stage}… {progress.fraction > 0 && `${Math.round(100 * progress.fraction)} % `}
          <button type="button" className="link-button" onClick={onCancel}>
            Cancel
          </button>
        </>
      )}
    </p>
  );
}

function DropZone() {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <section className="data-drop" aria-labelledby="own-data">
      <Icon name="file" size={24} />
      <div>
        <h2 id="own-data">Your own data</h2>
        <p>
          Drop a file anywhere: <code>.npy</code> of shape [rows, dimensions] in float16, float32 or
          float64, or <code>.txt</code>, <code>.json</code>, <code>.jsonl</code> for a language
          model to read. It stays in this browser.
        </p>
      </div>
      <button type="button" className="button" onClick={() => picker.current?.click()}>
        Choose a file
      </button>
      <FilePicker picker={picker} accept={DATA_FILES} />
    </section>
  );
}
