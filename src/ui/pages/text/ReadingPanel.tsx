/** The text to be read, its tokens in colour, and beside them what fires. */
import { useMemo, useState } from 'react';
import type { TextReading } from '../../../lab/protocol/lm_protocol';
import type { RunModel } from '../../../state/run_record';
import { useShortcuts } from '../../shortcuts';
import { groupLabel, type GroupRows } from './group_names';
import type { GroupOption } from './group_search';
import { GroupPicker } from './GroupPicker';
import { strongestGroups } from './reading_rows';
import { Segments } from './Segments';
import { TextInput } from './TextInput';
import { chooseGroup, colorBy, useTextView } from './text_view';
import { colorings, type TokenColoring } from './token_colors';
import { TokenLegend } from './TokenLegend';
import { TokenSide } from './TokenSide';
import { TokenText } from './TokenText';
import type { ReadingStanding } from './use_reading';
import { useTokenColors } from './use_token_colors';

export interface ReadingPanelProps {
  readonly runId: string;
  readonly model: RunModel;
  /** Null while the groups are not analysed. */
  readonly rows: GroupRows;
  /** True while they are being analysed. */
  readonly naming: boolean;
  /** Null before the first. */
  readonly reading: TextReading | null;
  readonly standing: ReadingStanding;
  /** All groups that can be chosen. */
  readonly options: readonly GroupOption[];
  readonly group: number | null;
}

const coloringNames: Readonly<Record<TokenColoring, (unitName: string) => string>> = {
  strongest: (unitName) => `Strongest ${unitName}`,
  group: (unitName) => `One ${unitName}`,
  surprisal: () => 'Surprise',
};

export function ReadingPanel(props: ReadingPanelProps) {
  const { runId, model, rows, naming, reading, standing, options, group } = props;
  const { coloring } = useTextView();
  const [hovered, setHovered] = useState<number | null>(null);
  const [selected, setSelected] = useState<number | null>(null);
  const { unitName } = model;
  const strongest = useMemo(() => (reading === null ? null : strongestGroups(reading)), [reading]);
  const colors = useTokenColors(reading, strongest, coloring, group, model.index);
  useShortcuts('Text', [
    {
      keys: 'c',
      label: 'Colour the tokens by something else',
      run: () => {
        const next = colorings[(colorings.indexOf(coloring) + 1) % colorings.length];
        if (next !== undefined) colorBy(next);
      },
    },
    {
      keys: '/',
      label: `Find a ${unitName}`,
      run: () => {
        const field = document.querySelector<HTMLInputElement>('[data-text-search]');
        field?.focus();
        field?.click();
      },
    },
  ]);
  const shown = within(hovered, reading) ?? within(selected, reading);
  return (
    <div
      className="text-read"
      data-empty={reading === null}
      data-standing={standing}
      aria-busy={standing === 'reading'}
    >
      <section className="panel text-reader" data-size="large" aria-label="Text and tokens">
        <TextInput runId={runId} model={model.index} />
        {reading !== null && strongest !== null && (
          <>
            <div className="token-tools">
              <Segments
                label="Colour of the tokens"
                values={colorings}
                value={coloring}
                nameOf={(name) => coloringNames[name](unitName)}
                onChange={colorBy}
              />
              <GroupPicker
                name={`Show one ${unitName} in the text`}
                group={group}
                options={options}
                unitName={unitName}
                label={group === null ? '' : groupLabel(rows, group)}
                onChoose={chooseGroup}
              />
              <TokenLegend
                colors={colors}
                coloring={coloring}
                group={group}
                unitName={unitName}
                rows={rows}
              />
            </div>
            {standing !== 'current' && (
              <p className="tokens-standing" role="status">
                {standing === 'reading' ? 'reading…' : 'the tokens of the text before'}
              </p>
            )}
            <TokenText
              reading={reading}
              tints={colors.tints}
              selected={within(selected, reading)}
              onHover={setHovered}
              onSelect={setSelected}
              onTake={(token) => {
                const first = reading.offsets[token] ?? 0;
                const owner = reading.groups[first];
                if (owner !== undefined && first < (reading.offsets[token + 1] ?? 0)) {
                  chooseGroup(owner);
                }
              }}
            />
          </>
        )}
      </section>
      <TokenSide
        reading={reading}
        token={shown}
        pinned={shown !== null && shown === selected}
        rows={rows}
        naming={naming}
        model={model}
        group={group}
        onChoose={chooseGroup}
        onRelease={() => setSelected(null)}
      />
    </div>
  );
}

/** A token of the reading; null for one that a shorter text no longer has. */
function within(token: number | null, reading: TextReading | null): number | null {
  return token !== null && reading !== null && token < reading.tokens.length ? token : null;
}
