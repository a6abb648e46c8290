/**
 * The codes of a group as a picture: its firings in their principal axes, coloured by what the person
 * chooses, with the brushed points listed beside it. A latent has one axis, so its picture is the
 * histogram of its norms.
 */
import { useMemo, useState } from 'react';
import { at } from '../../../base/array';
import type { GroupCard } from '../../../lab/protocol/protocol';
import { useCurrentRun } from '../../../state/current';
import { trainedBefore } from '../../../state/run_record';
import { plainText } from '../../parts/explain';
import { Choice } from '../../parts/Choice';
import { CodeScatter } from '../../plots/CodeScatter';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatInteger, formatNumber } from '../../plots/format';
import type { CsvTable } from '../../plots/props';
import { chosenColoring, coloringOf, coloringOptions } from './coloring';
import { ContextBlock, useTint } from './ContextLine';
import { mostOf } from './ContextPanels';
import { contextText } from './context_pieces';
import { useGroupsView } from './groups_view';
import { joinLabels } from '../../parts/join_labels';
import { pointLabel } from './point_label';
import { SelectionList } from './SelectionList';
import { groupTexts } from './texts';

export interface CodePanelProps {
  readonly card: GroupCard;
  readonly color: string;
  readonly unitName: 'group' | 'latent';
  /** Whether the order of the rows means something (words by frequency, lines of a file). */
  readonly finite: boolean;
  /** A word that is searched for (lower case): named in the picture whatever its strength. */
  readonly searched: string | null;
}

/** Named points: this many of the strongest, and this many in each of the directions. */
const STRONGEST = 8;
const SECTORS = 12;
const PER_SECTOR = 2;
/** Share of the largest norm below which a token is not named. */
const FAINT = 0.3;
const NONE: readonly number[] = [];

export function CodePanel({ card, color, unitName, finite, searched }: CodePanelProps) {
  const { coloring: wanted, dimension } = useGroupsView();
  const [selection, setSelection] = useState<readonly number[]>(NONE);
  const selected = useMemo(() => new Set(selection), [selection]);
  const options = useMemo(() => coloringOptions(card, finite), [card, finite]);
  const chosen = chosenColoring(card, options, wanted);
  const coloring = useMemo(() => coloringOf(card, chosen, color), [card, chosen, color]);
  const prominent = useMemo(() => prominentPoints(card, searched), [card, searched]);
  const { points } = card;
  const shown = points.count < points.total ? ` (${formatInteger(points.count)} drawn)` : '';
  const before = useCurrentRun((run) => trainedBefore(run).steps) ?? 0;
  const aligned = points.alignedTo === null ? null : formatInteger(before + points.alignedTo);
  const axesName = aligned === null ? 'their principal axes' : `axes of step ${aligned}`;
  const alignment = aligned === null ? '' : `${alignedText(aligned)} `;

  return (
    <FigureFrame
      className="card-codes"
      title={
        aligned === null
          ? `Codes, first ${dimension === 3 ? 'three' : 'two'} principal axes`
          : `Codes in axes of step ${aligned}`
      }
      hint={`${formatInteger(points.total)} firings${shown}. ${alignment}${plainText(groupTexts.scatter)}`}
      fileName={`${unitName}-${card.group}-codes`}
      csv={() => codesTable(card)}
      controls={
        <Choice
          variant="quiet"
          label="Colour of the points"
          value={chosen}
          options={options.map(({ id, label }) => ({ value: id, label }))}
          onChange={(coloring) => useGroupsView.setState({ coloring })}
        />
      }
    >
      <CodeScatter
        label={`Codes of ${unitName} ${card.group} in ${axesName}`}
        codes={points.coordinates}
        axes={points.axes}
        labelOf={(index) => joinLabels([pointLabel(card, index)])}
        detailOf={(index) => <PointDetail card={card} index={index} color={color} />}
        coloring={coloring}
        prominent={prominent}
        dimension={dimension}
        onDimension={(next) => useGroupsView.setState({ dimension: next })}
        selected={selected}
        onSelect={setSelection}
        axisNames={card.axisShares.map(
          (share, axis) => `axis ${axis + 1}, ${Math.round(100 * share)} %`,
        )}
      />
      {selection.length > 0 && (
        <SelectionList
          card={card}
          selection={selection}
          color={color}
          onClear={() => setSelection(NONE)}
        />
      )}
    </FigureFrame>
  );
}

interface PointDetailProps {
  readonly card: GroupCard;
  readonly index: number;
  readonly color: string;
}

/** What the hover card of a point says below its name: its norm, and the text around a token. */
function PointDetail({ card, index, color }: PointDetailProps) {
  const tint = useTint(color, mostOf(card));
  const { points, text } = card;
  return (
    <>
      <span>{`norm ${formatNumber(at(points.norms, index))}`}</span>
      {text !== null && (
        <ContextBlock texts={text} windows={text.points} index={index} tint={tint} />
      )}
    </>
  );
}

/** How pictures of different steps compare. */
function alignedText(step: string): string {
  return `Turned within the span of the group, so that pictures of different steps compare: axis 1 is the direction there nearest to its axis 1 at step ${step}, axis 2 the nearest to axis 2 at right angles to it, and so on.`;
}

/**
 * The points that are named in the picture: the strongest, and the strongest in each direction of the
 * plane, so that every side of the cloud says what it is. None for data without labels.
 */
function prominentPoints({ points, text }: GroupCard, searched: string | null): readonly number[] {
  const { labels, norms, coordinates, axes } = points;
  if (labels === null || axes < 2) return NONE;
  // A group fires faintly on many tokens; a token near the centre says nothing about its direction.
  const least = text === null ? 0 : FAINT * norms.reduce((max, norm) => Math.max(max, norm), 0);
  const isSearched = (index: number) => at(labels, index).toLowerCase() === searched;
  const taken = new Set<string>();
  const perSector = new Map<number, number>();
  return Array.from(norms.keys())
    .sort((a, b) => Number(isSearched(b)) - Number(isSearched(a)) || at(norms, b) - at(norms, a))
    .filter((index) => {
      const [x, y] = [at(coordinates, index * axes), at(coordinates, index * axes + 1)];
      const sector = Math.floor((Math.atan2(y, x) / (2 * Math.PI) + 1) * SECTORS) % SECTORS;
      const label = at(labels, index);
      const inSector = perSector.get(sector) ?? 0;
      if (at(norms, index) < least && !isSearched(index)) return false;
      if (taken.has(label) || (taken.size >= STRONGEST && inSector >= PER_SECTOR)) return false;
      taken.add(label);
      perSector.set(sector, inSector + 1);
      return true;
    });
}

function codesTable(card: GroupCard): CsvTable {
  const { points } = card;
  const axes = Array.from({ length: points.axes }, (_, axis) => `axis_${axis + 1}`);
  const { text } = card;
  const context = text === null ? [] : ['context'];
  return {
    columns: ['row', 'label', ...context, 'norm', ...axes],
    rows: Array.from({ length: points.count }, (_, index) => [
      at(points.rowIds, index),
      pointLabel(card, index),
      ...(text === null ? [] : [contextText(text, text.points, index)]),
      at(points.norms, index),
      ...points.coordinates.subarray(index * points.axes, (index + 1) * points.axes),
    ]),
  };
}
