/** Files saved from the card of a group have, beside each count, what chance gives (docs/method/diagnostics.md). */
import { describe, expect, it } from 'vitest';
import { spanTable } from '../../../src/ui/pages/groups/SpanPanel';
import { tokensTable } from '../../../src/ui/pages/groups/TokensPanel';
import { attributionTable } from '../../../src/ui/pages/groups/WritesPanel';
import { scriptedAttribution } from '../../support/scripted_language';

describe('files of the card', () => {
  it('tokens have their occurrences, and the firings and lift of independence', () => {
    // Fires on 30 of 40 places of the token and on 100 of 1000 rows: 4 would be independent, a lift of 7.5.
    const share = { token: 9, firings: 30, share: 0.3, rate: 0.75, lift: 7.5, meanNorm: 2 };
    const statistics = { distinct: 1, most: [share], lifted: [share] };
    const { columns, rows } = tokensTable({ statistics, texts: new Map([[9, ' red']]) }, 'most');
    const [row] = [...rows];
    expect(columns.map((column, index) => [column, row?.[index]])).toEqual([
      ['token_id', 9],
      ['token', ' red'],
      ['occurrences', 40],
      ['firings', 30],
      ['firings_chance', 4],
      ['share', 0.3],
      ['rate', 0.75],
      ['lift', 7.5],
      ['lift_chance', 1],
      ['mean_norm', 2],
    ]);
  });

  it('latents in the span have how many would lie there by chance', () => {
    const unit = { unit: 7, share: 0.8, x: 1, y: 0, labels: ['may'] };
    const span = {
      model: 1,
      expected: 0.2,
      units: [unit],
      nearest: [unit],
      chance: 0.3,
      coFiring: [],
    };
    const { columns, rows } = spanTable(span);
    const [row] = [...rows];
    const named = Object.fromEntries(columns.map((column, index) => [column, row?.[index]]));
    expect(named).toMatchObject({
      share_inside: 0.8,
      likely_largest_by_chance: 0.3,
      units_inside: 1,
      units_inside_chance: 0.2,
    });
  });

  it('words that it writes have the step of the weights, not of the card', () => {
    const { columns, rows } = attributionTable(scriptedAttribution(0, 40, 12));
    expect(columns[0]).toBe('step');
    expect(new Set(Array.from(rows, ([step]) => step))).toEqual(new Set([40]));
  });
});
