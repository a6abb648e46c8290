/**
 * Which tokens a group fires on: those that make up most of its firings, or those on which it fires far more
 * often than on others.
 */
import { useState } from 'react';
import type { TokenShare } from '../../../analysis/token_statistics';
import { tokenExactly, tokenPiece } from '../../../base/token_text';
import type { CardText, GroupCard } from '../../../lab/protocol/protocol';
import { Choice } from '../../parts/Choice';
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import {
  formatExact,
  formatFixed,
  formatInteger,
  formatNumber,
  formatPercent,
} from '../../plots/format';
import type { CsvTable } from '../../plots/props';
import type { TokenTexts } from './context_pieces';
import { groupTexts } from './texts';

export interface TokensPanelProps {
  readonly card: GroupCard;
  readonly text: CardText;
  readonly color: string;
  readonly unitName: 'group' | 'latent';
}

const ORDERS = [
  { value: 'most', label: 'Most firings' },
  { value: 'lifted', label: 'Largest lift' },
] as const;

/** One row per token: how often it occurs, and on how many of its places a group that looks at no token fires. */
export function tokensTable(
  { statistics, texts }: Pick<CardText, 'statistics' | 'texts'>,
  order: (typeof ORDERS)[number]['value'],
): CsvTable {
  return {
    columns: [
      'token_id',
      'token',
      'occurrences',
      'firings',
      'firings_chance',
      'share',
      'rate',
      'lift',
      'lift_chance',
      'mean_norm',
    ],
    rows: statistics[order].map(({ token, firings, share, rate, lift, meanNorm }) => [
      token,
      texts.get(token) ?? '',
      Math.round(firings / rate),
      firings,
      firings / lift,
      share,
      rate,
      lift,
      1,
      meanNorm,
    ]),
  };
}

/** Tokens shown. */
const SHOWN = 16;

export function TokensPanel({ card, text, color, unitName }: TokensPanelProps) {
  const [order, setOrder] = useState<'most' | 'lifted'>('most');
  const { statistics } = text;
  const shares = statistics[order].slice(0, SHOWN);
  const most = shares.reduce((max, { share }) => Math.max(max, share), 0);
  return (
    <FigureFrame
      className="card-tokens"
      title="Tokens it fires on"
      hint={plainText(groupTexts.tokens)}
      fileName={`${unitName}-${card.group}-tokens`}
      csv={() => tokensTable(text, order)}
      controls={
        <Choice
          variant="quiet"
          label="Order of the tokens"
          value={order}
          options={ORDERS}
          onChange={setOrder}
        />
      }
    >
      <table className="tokens-table">
        <thead>
          <tr>
            <th scope="col">
              {formatInteger(statistics.distinct)} {statistics.distinct === 1 ? 'token' : 'tokens'}
            </th>
            <th scope="col" colSpan={2} title="Share of all its firings">
              Share
            </th>
            <th scope="col" title="Share of the token’s occurrences on which it fires">
              Fires on
            </th>
            <th scope="col" title="How many times as often as on all tokens">
              Lift
            </th>
            <th scope="col" title="Mean norm where it fires on the token">
              Norm
            </th>
          </tr>
        </thead>
        <tbody>
          {shares.map((share) => (
            <Row key={share.token} share={share} most={most} texts={text} color={color} />
          ))}
        </tbody>
      </table>
      {shares.length === 0 && <p className="quiet">No token has enough firings to compare.</p>}
    </FigureFrame>
  );
}

interface RowProps {
  readonly share: TokenShare;
  /** The share of a full bar. */
  readonly most: number;
  readonly texts: TokenTexts;
  readonly color: string;
}

function Row({ share: counted, most, texts, color }: RowProps) {
  const { token, firings, share, rate, lift, meanNorm } = counted;
  return (
    <tr>
      <th scope="row">
        <TokenName texts={texts} token={token} />
      </th>
      <td className="tokens-bar">
        <span className="scores-track" aria-hidden="true">
          <span style={{ width: `${(100 * share) / most}%`, background: color }} />
        </span>
      </td>
      <td title={`${formatInteger(firings)} firings`}>{formatPercent(share)}</td>
      <td title={formatExact(rate)}>{formatPercent(rate)}</td>
      <td title={formatExact(lift)}>{`${formatFixed(lift, lift < 10 ? 1 : 0)}×`}</td>
      <td title={formatExact(meanNorm)}>{formatNumber(meanNorm)}</td>
    </tr>
  );
}

/** A token by itself: the space before its word is a faint sign, the whole is told on hover. */
function TokenName({ texts, token }: { readonly texts: TokenTexts; readonly token: number }) {
  if (token === texts.bos) return <span className="context-bos">BOS</span>;
  const text = texts.texts.get(token) ?? '';
  return <TokenWord text={text} />;
}

export function TokenWord({ text }: { readonly text: string }) {
  const { gap, body } = tokenPiece(text);
  return (
    <span className="token-word" title={tokenExactly(text)}>
      {gap !== '' && (
        <span className="token-gap" aria-hidden="true">
          ␣
        </span>
      )}
      {body}
    </span>
  );
}
