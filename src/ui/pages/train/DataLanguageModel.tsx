/** What is set about a language model's data: the model and whether it is here, layer, text and context. */
import { useId, useRef, useState } from 'react';
import { settingNamed } from '../../../base/setting';
import { dataSettings } from '../../../lab/run/run_config';
import { DATA_FILES, takePastedText } from '../../../state/dropped_files';
import { fileNeeded } from '../../../lab/run/data_kinds';
import { textOf, type Settings } from '../../../state/experiment_draft';
import { setData, useExperiment } from '../../../state/experiment_store';
import { languageModelOf, useLanguageModels } from '../../../state/language_models_store';
import { Choice } from '../../parts/Choice';
import { FilePicker } from '../../parts/FilePicker';
import { Field } from '../../parts/Field';
import { Modal } from '../../parts/Modal';
import { NumberField } from '../../parts/NumberField';
import { formatInteger } from '../../plots/format';
import { DataModelFiles } from './DataModelFiles';
import './data_language.css';

const settings = dataSettings('lm');

export function DataLanguageModel({ data }: { readonly data: Settings }) {
  const id = textOf(data.model);
  const info = useLanguageModels((state) => languageModelOf(state, id));
  return (
    <div className="language-card">
      <div className="language-facts">
        <b>{info?.label ?? id}</b>
        <span className="quiet">
          {info === undefined
            ? 'not known yet'
            : `${info.layers} layers, ${info.width} wide, ${formatInteger(info.vocabulary)} tokens`}
        </span>
      </div>
      <DataModelFiles id={id} info={info} />
      <DataNumber
        name="layer"
        text={{
          ...settingNamed(settings, 'layer').text,
          unit: info === undefined ? '' : `0 to ${info.layers}`,
        }}
      />
      <Corpus data={data} />
      <DataNumber
        name="context_size"
        doubling
        text={{
          ...settingNamed(settings, 'context_size').text,
          unit: info === undefined ? 'tokens' : `≤ ${info.context}`,
        }}
      />
    </div>
  );
}

interface DataNumberProps {
  readonly name: string;
  readonly text: Parameters<typeof Field>[0]['text'];
  readonly doubling?: boolean;
}

function DataNumber({ name, text, doubling }: DataNumberProps) {
  const value = useExperiment((state) => state.draft.data[name]);
  const issue = useExperiment((state) => state.issues.get(`data.${name}`));
  return (
    <Field text={text}>
      {(ids) => (
        <NumberField
          {...ids}
          value={typeof value === 'number' ? value : undefined}
          issue={issue}
          doubling={doubling}
          onChange={(next) => setData(name, next)}
        />
      )}
    </Field>
  );
}

type CorpusChoice = 'shipped' | 'generated' | 'own' | 'file' | 'paste';

function Corpus({ data }: { readonly data: Settings }) {
  const own = fileNeeded(data);
  const picker = useRef<HTMLInputElement>(null);
  const [pasting, setPasting] = useState(false);
  const value: CorpusChoice =
    own !== null ? 'own' : data.corpus === 'generated' ? 'generated' : 'shipped';
  return (
    <>
      <Field text={settingNamed(settings, 'corpus').text}>
        {(ids) => (
          <Choice
            {...ids}
            variant="small"
            value={value}
            options={[
              { value: 'shipped', label: 'stories', detail: 'The stories that come with the lab.' },
              {
                value: 'generated',
                label: 'its own',
                detail: 'The language model writes as it goes: endless, on policy.',
              },
              ...(own === null ? [] : [{ value: 'own' as const, label: own }]),
              { value: 'file', label: 'a file…', detail: '.txt, .json or .jsonl; stays here.' },
              { value: 'paste', label: 'pasted text…', detail: 'Stays in this tab.' },
            ]}
            onChange={(choice: CorpusChoice) => {
              if (choice === 'file') picker.current?.click();
              else if (choice === 'paste') setPasting(true);
              else if (choice !== 'own') setData('corpus', choice);
            }}
          />
        )}
      </Field>
      <FilePicker picker={picker} accept={DATA_FILES} />
      <PasteText open={pasting} onClose={() => setPasting(false)} />
    </>
  );
}

/** Fewer characters than this are no text to train on. */
const LEAST_TEXT = 200;

function PasteText({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const id = useId();
  const enough = text.trim().length >= LEAST_TEXT;
  return (
    <Modal
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title="Text to train on"
      description="A blank line between documents. The text stays in this tab."
    >
      <textarea
        id={id}
        className="control paste-area"
        aria-label="Text to train on"
        rows={14}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="paste-end">
        <span className="quiet" role="status">
          {formatInteger(text.length)} characters
          {!enough && `, at least ${LEAST_TEXT} are needed`}
        </span>
        <button
          type="button"
          className="button button-primary"
          disabled={!enough}
          onClick={() => {
            takePastedText(text);
            onClose();
          }}
        >
          Train on it
        </button>
      </div>
    </Modal>
  );
}
