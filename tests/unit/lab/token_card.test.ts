/**
 * Table and card over token rows whose groups are known: three short documents, a group for weekdays on a
 * circle and one for a comma.
 */
import { describe, expect, it } from 'vitest';
import { indexCodes } from '../../../src/analysis/code_index';
import { at } from '../../../src/base/array';
import {
  analysedModel,
  analysedText,
  type AnalysedModel,
  type TextRows,
} from '../../../src/lab/encode/analysed_model';
import { groupAxes, groupCard } from '../../../src/lab/explore/group_card';
import { groupsAnswer } from '../../../src/lab/explore/groups_answer';
import { codesOf, type Firing } from '../analysis/worlds';

const TEXTS = [' On', ' Monday', ',', ' we', ' rest', ' Friday', 'monday', '<0x0A>', '<b>', '<s>'];
const idOf = (text: string) => TEXTS.indexOf(text);
const [ON, MONDAY, COMMA, WE, REST] = [
  idOf(' On'),
  idOf(' Monday'),
  idOf(','),
  idOf(' we'),
  idOf(' rest'),
];
const [FRIDAY, LOWER, BREAK, BOLD, BOS] = [
  idOf(' Friday'),
  idOf('monday'),
  idOf('<0x0A>'),
  idOf('<b>'),
  idOf('<s>'),
];
const NONE = 0xffffffff;

const DOCUMENTS = [
  [BOS, ON, MONDAY, COMMA, WE, REST],
  [BOS, ON, FRIDAY, COMMA, WE, BOLD],
  [BOS, LOWER, BREAK],
];

const text: TextRows = {
  tokens: Uint32Array.from(DOCUMENTS.flat()),
  documents: Uint32Array.from(DOCUMENTS.flatMap((tokens, document) => tokens.map(() => document))),
  positions: Int32Array.from(DOCUMENTS.flatMap((tokens) => tokens.map((_, i) => i - 1))),
  texts: TEXTS,
};

/** Group 0 writes (2, 0) on Monday and monday, (0, 3) on Friday; group 1 writes 1 on commas; 2 is dead. */
function model(): AnalysedModel {
  const firings = new Map<number, Firing>([
    [MONDAY, { group: 0, code: [2, 0] }],
    [LOWER, { group: 0, code: [1, 0] }],
    [FRIDAY, { group: 0, code: [0, 3] }],
    [COMMA, { group: 1, code: [1, 0] }],
  ]);
  const rows = Array.from(text.tokens, (token) => {
    const firing = firings.get(token);
    return firing === undefined ? [] : [firing];
  });
  const decoder = Float32Array.from([
    1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
  ]);
  const dictionary = {
    groups: 3,
    rank: 2,
    width: 4,
    encoder: decoder,
    decoder,
    encoderBias: new Float32Array(6),
    decoderBias: new Float32Array(4),
  };
  return analysedModel({
    model: 0,
    step: 5,
    indexed: indexCodes(dictionary, codesOf(3, 2, rows)),
    rows: {
      rowIds: Uint32Array.from(rows, (_, row) => 100 + row),
      labelOf: null,
      truth: null,
      text: analysedText(text),
    },
  });
}

describe('the table of token rows', () => {
  const answer = groupsAnswer(model(), 'all');

  it('names groups by their tokens, the space before a word left out', () => {
    expect(answer.rows.map(({ labels }) => labels)).toEqual([
      ['Friday', 'Monday', 'monday'],
      [','],
      [],
    ]);
    expect(answer.text).toEqual({ documents: 3, distinctTokens: 10 });
  });

  it('finds the groups of a token; tokens that read alike are one label', () => {
    const firings = answer.firings;
    if (firings === null) throw new Error('no firings');
    const groupsOf = (label: string) => {
      const index = firings.labels.indexOf(label);
      const [from, to] = [at(firings.offsets, index), at(firings.offsets, index + 1)];
      return Array.from(firings.groups.subarray(from, to), (group, i) => [
        group,
        at(firings.norms, from + i),
      ]);
    };
    expect(groupsOf('monday')).toEqual([[0, 1.5]]);
    expect(groupsOf('friday')).toEqual([[0, 3]]);
    expect(groupsOf('bos')).toEqual([]);
    expect(firings.labels).toContain('⏎');
  });
});

describe('the card of token rows', () => {
  const card = groupCard(model(), 0, []);
  const shown = card.text;
  if (shown === null) throw new Error('no text');
  const windowOf = (index: number) => {
    const { tokens, before, after } = shown.strongest;
    const width = before + 1 + after;
    return Array.from(tokens.subarray(index * width, (index + 1) * width)).filter(
      (t) => t !== NONE,
    );
  };

  it('has a context for each example, in its order', () => {
    expect(card.strongest.map(({ label, rowId }) => [label, rowId])).toEqual([
      ['Friday', 108],
      ['Monday', 102],
      ['monday', 113],
    ]);
    expect(shown.strongest.count).toBe(3);
    expect(windowOf(0)).toEqual(DOCUMENTS[1]);
    expect(windowOf(2)).toEqual(DOCUMENTS[2]);
    expect(shown.quantiles).toHaveLength(card.quantiles.length);
    card.quantiles.forEach(({ examples }, i) => {
      expect(at(shown.quantiles, i).count).toBe(examples.length);
    });
  });

  it('has a context, a document and a place for each point', () => {
    expect(card.points.labels).toEqual(['Monday', 'Friday', 'monday']);
    expect([...shown.documents]).toEqual([0, 1, 2]);
    expect([...shown.positions]).toEqual([1, 1, 0]);
    expect(shown.points.count).toBe(3);
  });

  it('has texts of exactly the tokens that it names, and knows which is no text', () => {
    expect(shown.bos).toBe(BOS);
    const named = new Set([...shown.strongest.tokens].filter((token) => token !== NONE));
    expect(new Set(shown.texts.keys())).toEqual(named);
    expect(shown.texts.get(BOLD)).toBe('<b>');
  });

  it('is a message: everything survives structured cloning', () => {
    expect(structuredClone(card)).toEqual(card);
  });

  it('of a dead group says nothing about text and fails at nothing', () => {
    const dead = groupCard(model(), 2, []);
    expect(dead.strongest).toEqual([]);
    expect(dead.text?.statistics.distinct).toBe(0);
    expect(dead.text?.points.count).toBe(0);
  });
});

describe('the axes of a card', () => {
  it('are those of its scatter, with the typical norm', () => {
    const analysed = model();
    const { axes, typicalNorm, firings } = groupAxes(analysed, 0);
    const { points } = groupCard(analysed, 0, []);
    expect(firings).toBe(3);
    expect(typicalNorm).toBeCloseTo(2, 12);
    // Monday is written as (2, 0, 0, 0): its coordinates are the products with the axes.
    for (const axis of [0, 1]) {
      expect(2 * at(axes, 4 * axis)).toBeCloseTo(at(points.coordinates, axis), 6);
      expect(3 * at(axes, 4 * axis + 1)).toBeCloseTo(at(points.coordinates, points.axes + axis), 6);
    }
    expect(groupAxes(analysed, 2)).toMatchObject({ firings: 0, typicalNorm: 0 });
  });
});
