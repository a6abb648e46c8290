/**
 * The headline numbers of a group: how often and how strongly it fires, how many dimensions it uses and
 * could use, and, where the truth is known, what it holds.
 */
import type { CardTruth, GroupCard, LabelledGroupRow } from '../../../lab/protocol/protocol';
import { formatFixed, formatInteger, formatNumber, formatPercent } from '../../plots/format';
import { Measure } from '../../parts/Measure';
import { isDead } from './group_table';
import { groupTexts } from './texts';

export interface CardFactsProps {
  readonly row: LabelledGroupRow;
  /** Null while it is on its way. */
  readonly card: GroupCard | null;
  readonly rank: number;
  /** The analysed rows: "8192 samples". */
  readonly rowsName: string;
  /** Which rows all of this was measured on. */
  readonly analysed: string;
  readonly modelNames: readonly string[];
}

/** Capture from which a feature counts as held; docs/method/diagnostics.md, Packing. */
const HELD = 0.5;

export function CardFacts({ row, card, rank, rowsName, analysed, modelNames }: CardFactsProps) {
  const dead = isDead(row);
  return (
    <div className="card-facts">
      <Measure
        value={row.frequency}
        format={formatPercent}
        label={`of ${rowsName}`}
        text={{ ...groupTexts.freq, text: `${groupTexts.freq.text} Here: ${analysed}.` }}
      />
      {rank > 1 && (
        <>
          <Measure
            value={dead ? null : row.codeStableRank}
            format={(value) => formatFixed(value, 1)}
            label="stable rank of codes"
            text={withRanks(
              groupTexts.rank,
              row.codeRank90,
              row.codeParticipation,
              row.codeEntropyRank,
            )}
          />
          <Measure
            value={row.weightStableRank}
            format={(value) => formatFixed(value, 1)}
            label="stable rank of map"
            text={withRanks(
              groupTexts.wrank,
              row.weightRank90,
              row.weightParticipation,
              row.weightEntropyRank,
            )}
          />
          <Measure
            value={row.irreducibility}
            format={(value) => formatFixed(value, 2)}
            label={
              row.irreducibilityChance95 === null
                ? 'irreducibility'
                : `bits irreducible (chance ±${formatNumber(row.irreducibilityChance95, 1)})`
            }
            text={irreducibilityText(row)}
          />
        </>
      )}
      <Measure
        value={dead ? null : row.meanNorm}
        format={formatNumber}
        label="mean norm"
        text={groupTexts.norm}
      />
      {!dead && card !== null && card.truth !== null && <Held truth={card.truth} />}
      {!dead &&
        card?.inOtherModels.map(({ model, units, expected }) => (
          <Measure
            key={model}
            value={units.length}
            format={formatInteger}
            label={`${modelNames[model] ?? 'other'} ${units.length === 1 ? 'latent' : 'latents'} in its span`}
            text={{
              ...groupTexts.inSpan,
              text: `${groupTexts.inSpan.text} Random directions would put ${formatNumber(expected, 2)} there.`,
            }}
          />
        ))}
    </div>
  );
}

/** What its irreducibility means, and how much of it chance explains. */
function irreducibilityText(row: LabelledGroupRow): (typeof groupTexts)['irred'] {
  const { irreducibility, irreducibilityChance95: chance, irreducibilityPoints: points } = row;
  if (irreducibility === null || chance === null || points === null) {
    return {
      ...groupTexts.irred,
      text: `${groupTexts.irred.text} Too few rows, ${formatInteger(row.firings)}, to tell it from chance.`,
    };
  }
  const verdict = irreducibility > chance ? 'more than chance gives' : 'no more than chance gives';
  const said = `On ${formatInteger(points)} points: ${verdict}; 95 of 100 Gaussian clouds lie within ±${formatNumber(chance, 2)}.`;
  return { ...groupTexts.irred, text: `${groupTexts.irred.text} ${said}` };
}

/** The feature that the group holds, and how much of it; or how many it holds. */
function Held({ truth }: { readonly truth: CardTruth }) {
  const held = truth.captured.filter(({ capture }) => capture >= HELD);
  const name = (feature: number) => truth.featureNames[feature] ?? `feature ${feature}`;
  if (held.length > 1) {
    const names = held.map(({ feature, capture }) => `${name(feature)} ${formatFixed(capture, 2)}`);
    return (
      <Measure
        value={held.length}
        format={formatInteger}
        label="features held"
        text={{ ...groupTexts.held, text: `${groupTexts.held.text} Here: ${names.join(', ')}.` }}
      />
    );
  }
  const best = truth.captured[0];
  return (
    <Measure
      value={best?.capture ?? null}
      format={formatPercent}
      label={best === undefined ? 'of no known feature' : `of ${name(best.feature)} captured`}
      text={groupTexts.capture}
    />
  );
}

/** The text of a rank with the other readings of the same spectrum. */
function withRanks(
  text: (typeof groupTexts)['rank'],
  rank90: number,
  participation: number,
  entropy: number,
): (typeof groupTexts)['rank'] {
  const readings = `directions for 90 % of the energy ${rank90}, participation ratio ${formatFixed(participation, 2)}, entropy rank ${formatFixed(entropy, 2)}`;
  return { ...text, text: `${text.text} Other readings: ${readings}.` };
}
