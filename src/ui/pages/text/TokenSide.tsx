/**
 * Beside the tokens: the groups that fire on the token under the pointer or chosen, else the strongest groups
 * of the whole text. A row chooses its group; its link opens the card.
 */
import { useMemo } from 'react';
import { tokenExactly } from '../../../base/token_text';
import type { TextReading } from '../../../lab/protocol/lm_protocol';
import type { RunModel } from '../../../state/run_record';
import { Hint } from '../../parts/Hint';
import { PanelHead } from '../../parts/Panel';
import { Icon } from '../../parts/Icon';
import { formatExact, formatFixed, formatInteger, formatNumber } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { hrefOf } from '../../route';
import { groupLabel, type GroupRows } from './group_names';
import { groupsInText, groupsOfToken, type GroupInText } from './reading_rows';
import { textTexts } from './texts';

export interface TokenSideProps {
  readonly reading: TextReading | null;
  /** The token shown, null for the whole text. */
  readonly token: number | null;
  /** Whether it was chosen and stays. */
  readonly pinned: boolean;
  readonly rows: GroupRows;
  readonly naming: boolean;
  readonly model: RunModel;
  readonly group: number | null;
  readonly onChoose: (group: number) => void;
  readonly onRelease: () => void;
}

/** Groups of the whole text that are listed. */
const LISTED = 60;

export function TokenSide(props: TokenSideProps) {
  const { reading, token, model, naming } = props;
  const { unitName } = model;
  return (
    <aside className="panel token-side" data-size="large" aria-label="What fires">
      {reading === null ? (
        <>
          <PanelHead title="What fires" />
          <p className="quiet token-side-empty">
            The {unitName}s that fire on your text are listed here, and for a token under the
            pointer those that fire on it.
          </p>
        </>
      ) : token === null ? (
        <WholeText {...props} reading={reading} />
      ) : (
        <OneToken {...props} reading={reading} token={token} />
      )}
      {naming && (
        <p className="quiet token-side-foot" role="status">
          Looking up what the {unitName}s are strongest on…
        </p>
      )}
    </aside>
  );
}

function WholeText(props: TokenSideProps & { readonly reading: TextReading }) {
  const { reading, model } = props;
  const found = useMemo(() => groupsInText(reading), [reading]);
  const most = found[0]?.norm ?? 1;
  const strongestOn = ({ token }: GroupInText) => tokenExactly(reading.tokens[token]?.text ?? '');
  return (
    <>
      <PanelHead
        title={`${formatInteger(found.length)} ${model.unitName}s in this text`}
        hint={textTexts.inText}
      />
      <ol className="firing-list">
        {found.slice(0, LISTED).map((entry) => (
          <FiringRow
            key={entry.group}
            {...props}
            entry={entry}
            share={entry.norm / most}
            detail={`× ${formatInteger(entry.tokens)}`}
            title={`Fires on ${formatInteger(entry.tokens)} tokens, strongest on ${strongestOn(entry)}`}
            here={strongestOn(entry)}
          />
        ))}
      </ol>
    </>
  );
}

function OneToken(
  props: TokenSideProps & { readonly reading: TextReading; readonly token: number },
) {
  const { reading, token, pinned, onRelease } = props;
  const span = reading.tokens[token];
  const entries = groupsOfToken(reading, token);
  const surprisal = reading.surprisal[token] ?? Number.NaN;
  if (span === undefined) return null;
  return (
    <>
      <PanelHead
        title={<span className="token-quoted">{tokenExactly(span.text)}</span>}
        beside={
          <span className="quiet" title={`Token id ${span.token}`}>
            token {formatInteger(token + 1)} of {formatInteger(reading.tokens.length)}
          </span>
        }
        actions={
          pinned && (
            <button
              type="button"
              className="button button-icon"
              aria-label="Show the whole text again"
              onClick={onRelease}
            >
              <Icon name="close" size={14} />
            </button>
          )
        }
      />
      <Hint {...textTexts.surprisal}>
        <p className="token-surprise" tabIndex={0}>
          {Number.isNaN(surprisal) ? (
            'Begins a window: nothing predicts it'
          ) : (
            <>
              surprise <b>{formatFixed(surprisal, 2)}</b> nats{' '}
              <span className="quiet">p = {formatNumber(Math.exp(-surprisal))}</span>
            </>
          )}
        </p>
      </Hint>
      {entries.length === 0 ? (
        <p className="quiet token-side-empty">Nothing fires on it.</p>
      ) : (
        <ol className="firing-list">
          {entries.map((entry) => (
            <FiringRow
              key={entry.group}
              {...props}
              entry={entry}
              share={entry.norm / (entries[0]?.norm ?? 1)}
              detail=""
              title=""
            />
          ))}
        </ol>
      )}
    </>
  );
}

interface FiringRowProps extends TokenSideProps {
  readonly entry: { readonly group: number; readonly norm: number };
  readonly share: number;
  readonly detail: string;
  readonly title: string;
  /** Shown while nothing else is known of it: the token of this text on which it is strongest. */
  readonly here?: string;
}

function FiringRow(props: FiringRowProps) {
  const { entry, share, detail, title, here, rows, model, group, onChoose } = props;
  const label = groupLabel(rows, entry.group);
  return (
    <li data-chosen={entry.group === group}>
      <button
        type="button"
        className="firing-choose"
        aria-pressed={entry.group === group}
        title={[title, label].filter(Boolean).join('\n')}
        onClick={() => onChoose(entry.group)}
      >
        <span className="firing-number">{entry.group}</span>
        <span className={label === '' ? 'cut quiet' : 'cut'}>{label === '' ? here : label}</span>
        <span className="quiet firing-detail">{detail}</span>
        <span className="firing-norm" title={formatExact(entry.norm)}>
          {formatNumber(entry.norm)}
        </span>
        <span className="firing-track" aria-hidden="true">
          <span style={{ width: `${100 * share}%`, background: modelColor(model.index) }} />
        </span>
      </button>
      <a
        className="button button-icon"
        href={hrefOf('groups', { model: model.index, group: entry.group })}
        aria-label={`Card of ${model.unitName} ${entry.group}`}
        title="Open its card"
      >
        <Icon name="card" size={14} />
      </a>
    </li>
  );
}
