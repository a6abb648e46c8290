/**
 * The groups that lie nearest to one in space, and those that fire on the same rows: each named by its
 * strongest labels, measured by a bar, and a press away.
 */
import type { ReactNode } from 'react';
import { formatExact, formatFixed, formatInteger, formatPercent } from '../../plots/format';
import { Meter } from '../../plots/Meter';
import { Panel } from '../../parts/Panel';
import type { GroupCard } from '../../../lab/protocol/protocol';
import { joinLabels } from '../../parts/join_labels';
import type { SpanPanelProps } from './SpanPanel';
import { groupTexts } from './texts';

interface PanelProps {
  readonly card: GroupCard;
  readonly color: string;
  readonly unitName: 'group' | 'latent';
  /** What the person calls a unit; '' for none. */
  readonly nameOf: (unit: number) => string;
  readonly onSelect: (group: number) => void;
}

/** Labels written beside a neighbour. */
const LABELS = 4;
/** A lift that fills the bar: 2⁶ times as often together as by chance. */
const FULL_LIFT = 6;

export function NearestPanel({ card, color, unitName, nameOf, onSelect }: PanelProps) {
  return (
    <Panel
      title={`Nearest ${unitName}s, by principal angle (chance ${formatFixed(card.nearestByChance, 2)})`}
      hint={groupTexts.nearest}
    >
      <ul className="neighbours">
        {card.nearest.length === 0 && <p className="quiet">No other live {unitName}.</p>}
        {card.nearest.map(({ group, cosine, cosines, labels }) => (
          <Neighbour
            key={group}
            group={group}
            name={nameOf(group)}
            labels={labels}
            value={formatFixed(cosine, 2)}
            title={`Cosines of the principal angles: ${cosines.map((c) => formatFixed(c, 3)).join(', ')}`}
            onSelect={onSelect}
          >
            <Meter
              value={cosine}
              label={`cosine with ${unitName} ${group}: ${formatFixed(cosine, 2)}`}
              color={color}
              width={72}
            />
          </Neighbour>
        ))}
      </ul>
    </Panel>
  );
}

export function CoFiringPanel({ card, color, unitName, nameOf, onSelect }: PanelProps) {
  return (
    <Panel title="Fires together with" hint={groupTexts.coFiring}>
      <ul className="neighbours">
        {card.coFiring.length === 0 && (
          <p className="quiet">
            No other {unitName} fires on the same rows more often than by chance.
          </p>
        )}
        {card.coFiring.map(({ group, lift, count, labels }) => (
          <Neighbour
            key={group}
            group={group}
            name={nameOf(group)}
            labels={labels}
            value={`${formatFixed(lift, lift < 10 ? 1 : 0)}×`}
            title={`Together in ${formatInteger(count)} rows, ${formatExact(lift)} times as often as by chance`}
            onSelect={onSelect}
          >
            <LiftMeter lift={lift} label={`${unitName} ${group}`} color={color} />
          </Neighbour>
        ))}
      </ul>
    </Panel>
  );
}

/** The latents of another model that fire on the rows of this group. */
export function OtherCoFiringPanel({ span, modelName, color, nameOf, onPick }: SpanPanelProps) {
  const { coFiring } = span;
  return (
    <Panel title={`Fires together with, in the ${modelName}`} hint={groupTexts.otherCoFiring}>
      <ul className="neighbours">
        {coFiring.length === 0 && (
          <p className="quiet">
            No latent of the {modelName} fires on these rows more often than by chance.
          </p>
        )}
        {coFiring.map(({ unit, lift, count, share, labels }) => (
          <Neighbour
            key={unit}
            group={unit}
            name={nameOf(unit)}
            labels={labels}
            value={`${formatFixed(lift, lift < 10 ? 1 : 0)}×`}
            title={`Together in ${formatInteger(count)} rows, ${formatExact(lift)} times as often as by chance; ${formatPercent(share)} of it lies in this span`}
            onSelect={(latent) => onPick(span.model, latent)}
          >
            <LiftMeter lift={lift} label={`latent ${unit}`} color={color} />
          </Neighbour>
        ))}
      </ul>
    </Panel>
  );
}

interface LiftMeterProps {
  readonly lift: number;
  readonly label: string;
  readonly color: string;
}

function LiftMeter({ lift, label, color }: LiftMeterProps) {
  return (
    <Meter
      value={Math.min(1, Math.max(0, Math.log2(lift) / FULL_LIFT))}
      label={`${formatFixed(lift, 1)} times as often together with ${label} as by chance`}
      color={color}
      width={72}
    />
  );
}

interface NeighbourProps {
  readonly group: number;
  readonly name: string;
  readonly labels: readonly string[];
  readonly value: string;
  readonly title: string;
  readonly onSelect: (group: number) => void;
  /** The bar. */
  readonly children: ReactNode;
}

function Neighbour({ group, name, labels, value, title, onSelect, children }: NeighbourProps) {
  return (
    <li>
      <button type="button" className="neighbour" title={title} onClick={() => onSelect(group)}>
        <span className="neighbour-index">{group}</span>
        <span className="cut">
          {name !== '' && <b>{name} </b>}
          {joinLabels(labels.slice(0, LABELS))}
        </span>
        <span className="neighbour-value">{value}</span>
        {children}
      </button>
    </li>
  );
}
