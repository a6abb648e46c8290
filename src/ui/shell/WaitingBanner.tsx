/** Says on every page which weights wait for their data, why, and what helps; opens them once the data are there. */
import { useDraftFacts } from '../../state/draft_facts';
import { openLanguageModel, setData, useExperiment } from '../../state/experiment_store';
import { isAtHand, languageModelOf, useLanguageModels } from '../../state/language_models_store';
import type { LanguageData } from '../../state/language_run';
import {
  forgetWaitingWeights,
  useWaitingWeights,
  type WaitingWeights,
  type WeightsLack,
} from '../../state/weights_opening';
import { openFiles } from '../file_opening';
import { Icon } from '../parts/Icon';
import { placeName, useWaitingText, type WaitingText } from '../parts/waiting_text';
import { navigate } from '../route';

export function WaitingBanner() {
  const waiting = useWaitingWeights((state) => state.waiting);
  const text = useWaitingText();
  return waiting === null || text === null ? null : <Waiting waiting={waiting} text={text} />;
}

interface WaitingProps {
  readonly waiting: WaitingWeights;
  readonly text: WaitingText;
}

function Waiting({ waiting, text: { title, reason, help } }: WaitingProps) {
  const { lack, files } = waiting;
  const ready = useIsThere(lack);
  const language = lack.kind === 'file' ? null : lack.language;
  const inDraft = useExperiment(
    ({ draft }) => draft.data.kind === 'lm' && draft.data.model === language?.model,
  );
  return (
    <div className="banner" role="alert">
      <Icon name="warning" />
      <p>
        <b>{ready ? `The data of ${waiting.name} are here.` : `${title}.`}</b>{' '}
        {!ready && `${reason} ${help}`}
      </p>
      {ready ? (
        <button
          className="button button-primary"
          type="button"
          onClick={() => void openFiles(files)}
        >
          Open the weights
        </button>
      ) : (
        language !== null &&
        !inDraft && (
          <button className="button" type="button" onClick={() => chooseForDraft(language)}>
            Choose {placeName(language)}
          </button>
        )
      )}
      <button
        className="button button-icon"
        type="button"
        aria-label="Discard these weights"
        onClick={forgetWaitingWeights}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Whether what weights lacked is there now. */
function useIsThere(lack: WeightsLack): boolean {
  const width = useDraftFacts(({ preview }) => preview?.statistics.width);
  const opened = useExperiment(({ files }) => lack.kind === 'file' && files.has(lack.name));
  const language = lack.kind === 'file' ? null : lack.language;
  const atHand = useLanguageModels((state) => language !== null && isAtHand(state, language.model));
  return opened || atHand || (lack.kind === 'width' && width === lack.width);
}

/** Puts the activations of a language model in the draft, where it is downloaded. */
function chooseForDraft({ model, layer }: LanguageData): void {
  const known = languageModelOf(useLanguageModels.getState(), model);
  if (known === undefined) return;
  openLanguageModel(known);
  setData('layer', layer);
  navigate('train');
}
