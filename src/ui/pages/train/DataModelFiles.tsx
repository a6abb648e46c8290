/**
 * Whether a language model is in this browser, and what can be done about it: download with bytes, stop,
 * go on, delete; and a word when the browser has too little room.
 */
import { engine } from '../../../state/engine_store';
import {
  fetchedBytes,
  fetchLanguageModel,
  isAtHand,
  offeredModels,
  removeLanguageModel,
  stopFetch,
  useLanguageModels,
  type ModelFetch,
} from '../../../state/language_models_store';
import type { ListedLanguageModel } from '../../../lab/protocol/lm_protocol';
import { ErrorNote } from '../../parts/ErrorNote';
import { Icon } from '../../parts/Icon';
import { formatDuration, formatSi } from '../../plots/format';

/** Decimal, as downloads are counted: "548 MB". */
function megabytes(bytes: number): string {
  return `${formatSi(bytes)}B`;
}

export interface DataModelFilesProps {
  readonly id: string;
  /** Undefined while nothing is known of it. */
  readonly info: Omit<ListedLanguageModel, 'cached'> | undefined;
}

export function DataModelFiles({ id, info }: DataModelFilesProps) {
  const fetch = useLanguageModels((state) => state.fetches[id]);
  const here = useLanguageModels((state) => isAtHand(state, id));
  const kept = useLanguageModels(
    ({ listed }) => listed?.some((model) => model.id === id && model.cached) === true,
  );
  const shipped = offeredModels.some((model) => model.id === id && model.shipped);
  const size = info === undefined ? '' : megabytes(info.bytes);
  if (fetch !== undefined) return <Fetching id={id} fetch={fetch} bytes={info?.bytes ?? null} />;
  if (shipped) return <p className="quiet language-state">{size}, comes with the lab</p>;
  if (here) {
    return (
      <p className="quiet language-state">
        {size}, {kept ? 'in this browser' : 'for this visit'}
        <button
          type="button"
          className="button button-quiet"
          onClick={() => void removeLanguageModel(engine, id)}
        >
          Delete
        </button>
      </p>
    );
  }
  return (
    <>
      <button
        type="button"
        className="button button-primary language-get"
        onClick={() => void fetchLanguageModel(engine, id)}
      >
        Download{size === '' ? '' : `, ${size}`}
      </button>
      <p className="quiet language-state">
        From the Hugging Face hub; kept in this browser for the next visit. Or drop its config.json,
        model.safetensors and tokenizer.json here, together.
      </p>
      {info !== undefined && <Room needed={info.bytes} name={info.label} />}
    </>
  );
}

interface FetchingProps {
  readonly id: string;
  readonly fetch: ModelFetch;
  /** Bytes of the whole model as far as they are known beforehand. */
  readonly bytes: number | null;
}

function Fetching({ id, fetch, bytes }: FetchingProps) {
  const { received, total: announced } = fetchedBytes(fetch);
  const total = Math.max(announced ?? 0, bytes ?? 0);
  const share = total === 0 ? 0 : Math.min(1, received / total);
  const left = fetch.rate === null || fetch.rate <= 0 ? null : (total - received) / fetch.rate;
  const again = () => void fetchLanguageModel(engine, id);
  return (
    <div className="language-fetch">
      <div
        className="progress"
        role="progressbar"
        aria-label="Download"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={received}
        aria-valuetext={`${megabytes(received)} of ${megabytes(total)}`}
      >
        <i style={{ transform: `scaleX(${share})` }} />
      </div>
      <p className="quiet language-bytes">
        {megabytes(received)} of {megabytes(total)}
        {fetch.status === 'fetching' && received >= total && total > 0 && (
          <span>complete; checking it and loading it onto the GPU…</span>
        )}
        {fetch.status === 'fetching' && fetch.rate !== null && received < total && (
          <span>
            {megabytes(fetch.rate)}/s
            {left !== null && Number.isFinite(left) && `, ${formatDuration(left)} left`}
          </span>
        )}
        {fetch.status === 'stopped' && <span>stopped</span>}
      </p>
      {fetch.error !== null && <ErrorNote error={fetch.error} />}
      <div className="language-acts">
        {fetch.status === 'fetching' ? (
          <button type="button" className="button" onClick={() => stopFetch(id)}>
            Stop
          </button>
        ) : (
          <>
            <button type="button" className="button button-primary" onClick={again}>
              {received > 0 ? 'Continue' : 'Try again'}
            </button>
            <button
              type="button"
              className="button button-quiet"
              onClick={() => void removeLanguageModel(engine, id)}
            >
              Delete what is here
            </button>
          </>
        )}
      </div>
      {fetch.status !== 'fetching' && <Room needed={total - received} name="The rest" />}
    </div>
  );
}

/** Says when the browser grants less than is needed, and what could go. */
function Room({ needed, name }: { readonly needed: number; readonly name: string }) {
  const free = useLanguageModels((state) => state.freeBytes);
  const listed = useLanguageModels((state) => state.listed);
  if (free === null || free >= needed) return null;
  const others = (listed ?? []).filter(
    (model) =>
      model.cached && !offeredModels.some((offer) => offer.id === model.id && offer.shipped),
  );
  return (
    <div className="note note-warn" role="status">
      <Icon name="warning" />
      <span>
        {name} needs {megabytes(needed)}, but this browser grants the page only {megabytes(free)}{' '}
        more. Free some of the disk
        {others.length === 0 ? '.' : ', or delete '}
        {others.map((model) => (
          <button
            key={model.id}
            type="button"
            className="link-button"
            onClick={() => void removeLanguageModel(engine, model.id)}
          >
            {model.label} ({megabytes(model.bytes)})
          </button>
        ))}
      </span>
    </div>
  );
}
