/** Where text is typed or pasted, or begun with a sample. */
import type { KeyboardEvent } from 'react';
import { useCurrentRun } from '../../../state/current';
import { languageDataOf } from '../../../state/language_run';
import { notify } from '../../../state/notices_store';
import { setText, useText } from '../../../state/text_store';
import { Icon } from '../../parts/Icon';
import { Menu } from '../../parts/Menu';
import { PanelHead } from '../../parts/Panel';
import { ReadingState } from './ReadingState';
import { samplesFor } from './samples';
import { useReading } from './use_reading';

export interface TextInputProps {
  readonly runId: string;
  readonly model: number;
}

export function TextInput({ runId, model }: TextInputProps) {
  const text = useText((state) => state.text);
  const reading = useReading(runId, model);
  const config = useCurrentRun((run) => run.config);
  const samples = samplesFor((config && languageDataOf(config.data)?.model) ?? '');
  const blank = text.trim() === '';
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) reading.read();
  };
  return (
    <>
      <PanelHead
        title={<label htmlFor="own-text">Your text</label>}
        beside={<span className="quiet">stays in this tab</span>}
        actions={
          <>
            <Menu
              trigger={
                <button type="button" className="button button-quiet">
                  Examples <Icon name="chevron" size={14} />
                </button>
              }
              actions={samples.map(({ title, text: sample }) => ({
                label: title,
                onSelect: () => replaceText(sample, 'Your text was replaced'),
              }))}
            />
            <button
              type="button"
              className="button button-quiet"
              disabled={text === ''}
              onClick={() => replaceText('', 'Your text was cleared')}
            >
              Clear
            </button>
            {reading.training && (
              <button
                type="button"
                className="button text-read-now"
                disabled={blank || reading.question.progress !== null}
                title="The model is training: reading pauses it for a moment"
                onClick={reading.read}
              >
                Read now
              </button>
            )}
          </>
        }
      />
      <textarea
        id="own-text"
        className="control text-area"
        rows={4}
        spellCheck={false}
        value={text}
        placeholder="Type or paste text. Its tokens appear below, coloured by the units that fire on them."
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {blank ? (
        <div className="text-samples">
          <span className="quiet">Or begin with one of these:</span>
          {samples.map(({ title, text: sample }) => (
            <button key={title} type="button" className="button" onClick={() => setText(sample)}>
              {title}
            </button>
          ))}
        </div>
      ) : (
        <ReadingState {...reading} />
      )}
    </>
  );
}

/** Puts another text in the place of the person's own, which can be taken back. */
function replaceText(next: string, title: string): void {
  const before = useText.getState().text;
  setText(next);
  if (before.trim() === '' || before === next) return;
  notify({ tone: 'info', title, action: { label: 'Undo', run: () => setText(before) } });
}
