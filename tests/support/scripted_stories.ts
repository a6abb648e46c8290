/**
 * A made-up held-out set of a language model: short stories from a few sentences with changing words, and
 * two models whose groups are known: a block model in which families of words (weekdays, colours …) lie on
 * a circle in one group each, and a scalar model with one atom per word. Tables and cards of the scripted
 * engine come from it through the real analyses, so that pages can be looked at with real shapes.
 */
import { indexCodes } from '../../src/analysis/code_index';
import type { Dictionary } from '../../src/analysis/types';
import { at } from '../../src/base/array';
import {
  analysedModel,
  analysedText,
  type AnalysedModel,
  type TextRows,
} from '../../src/lab/encode/analysed_model';
import { codesOf } from '../unit/analysis/worlds';
import { FAMILIES, noise, scriptedTokens } from './scripted_language';

/** Documents of the set unless told: enough for real shapes of tables and cards. */
const DOCUMENTS = 240;
const WIDTH = 32;
const GROUPS = 64;
const RANK = 4;
/** Units that fire in a row, at most. */
const MOST_ACTIVE = 4;
/** Latents of the scalar model: the words of the families first, then others. */
const LATENTS = 256;

const SENTENCES = [
  'Once upon a time, there was a little girl named {name}.',
  'On {day}, {name} went to the park with {family} and saw a {colour} {toy}.',
  '"Look at the {colour} {toy}!" {said} {family}.',
  '{name} felt {feeling} because the {animal} {played} away with the {toy}.',
  'They counted {number}, {number}, {number} and then the {animal} came back.',
  '"We can play again on {day}," {said} {name} with a big smile.',
  'The {colour} {animal} and the {colour} {toy} were best friends until {day}.',
  'It was only {day}, but {family} was already {feeling} about {day}.',
  'And so {name} {played} all day, and everyone was {feeling}.',
] as const;

const SLOTS_OF_SENTENCES: Readonly<Record<string, number>> = {
  day: 12,
  colour: 40,
  name: 7,
  feeling: 55,
  said: 31,
  family: 18,
  toy: 23,
  animal: 3,
  number: 48,
  played: 27,
};

const capitalised = new Set([12, 7]);
const wordsOf = new Map(FAMILIES.map(([group, words]) => [group, words.split(' ')]));

/** The family of a word, its place in it and how many words it has; null for any other word. */
function familyOf(word: string): { group: number; place: number; size: number } | null {
  for (const [group, words] of wordsOf) {
    const place = words.indexOf(word);
    if (place >= 0) return { group, place, size: words.length };
  }
  return null;
}

function storyOf(document: number): string {
  const sentences = Array.from({ length: 9 }, (_, line) => {
    const index = line === 0 ? 0 : Math.floor(noise(document, 31 * line) * SENTENCES.length);
    const sentence = at(SENTENCES, line === 0 ? 0 : Math.max(1, index));
    let hole = 0;
    return sentence.replace(/\{(\w+)\}/g, (_, kind: string) => {
      hole += 1;
      const group = SLOTS_OF_SENTENCES[kind] ?? 7;
      const words = wordsOf.get(group) ?? [''];
      const fixed = kind === 'name' ? 0 : 17 * line + 7 * hole;
      const word = at(words, Math.floor(noise(document + 1, fixed + group) * words.length));
      return capitalised.has(group) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    });
  });
  return ` ${sentences.join(' ').replace(/(\. )(?=[A-Z])/, '.\n')}`;
}

function storyRows(documentCount: number): TextRows {
  const ids = new Map<string, number>();
  const tokens: number[] = [];
  const documents: number[] = [];
  const positions: number[] = [];
  for (let document = 0; document < documentCount; document++) {
    scriptedTokens(storyOf(document)).forEach(({ text }, position) => {
      const id = ids.get(text) ?? ids.size;
      ids.set(text, id);
      tokens.push(id);
      documents.push(document);
      positions.push(position);
    });
  }
  return {
    tokens: Uint32Array.from(tokens),
    documents: Uint32Array.from(documents),
    positions: Int32Array.from(positions),
    texts: [...ids.keys()],
  };
}

/** Rows of unit length, orthogonal within a block, [rows, WIDTH]. */
function frames(blocks: number, rank: number): Float32Array {
  const rows = new Float32Array(blocks * rank * WIDTH);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < rank; i++) {
      const row = rows.subarray((block * rank + i) * WIDTH, (block * rank + i + 1) * WIDTH);
      row.forEach((_, c) => (row[c] = noise(block * rank + i, c + 3) - 0.5));
      for (let before = 0; before < i; before++) {
        const other = rows.subarray((block * rank + before) * WIDTH).subarray(0, WIDTH);
        const along = row.reduce((sum, value, c) => sum + value * at(other, c), 0);
        row.forEach((value, c) => (row[c] = value - along * at(other, c)));
      }
      const norm = Math.hypot(...row);
      row.forEach((value, c) => (row[c] = value / norm));
    }
  }
  return rows;
}

function dictionaryOf(decoder: Float32Array, rank: number): Dictionary {
  const columns = decoder.length / WIDTH;
  return {
    groups: columns / rank,
    rank,
    width: WIDTH,
    encoder: decoder.slice(),
    decoder,
    encoderBias: new Float32Array(columns),
    decoderBias: new Float32Array(WIDTH),
  };
}

type Firing = readonly [unit: number, code: readonly number[]];

function modelOf(
  model: number,
  step: number,
  text: TextRows,
  dictionary: Dictionary,
  firingsOf: (word: string, row: number) => readonly Firing[],
): AnalysedModel {
  const { rank, groups } = dictionary;
  const rows = Array.from(text.tokens, (token, row) => {
    const word = at(text.texts, token).trim().toLowerCase();
    const firings = [...new Map(firingsOf(word, row))].slice(0, MOST_ACTIVE);
    return firings.sort(([a], [b]) => a - b).map(([group, code]) => ({ group, code }));
  });
  return analysedModel({
    model,
    step,
    indexed: indexCodes(dictionary, codesOf(groups, rank, rows)),
    rows: {
      rowIds: Uint32Array.from(rows.keys()),
      labelOf: null,
      truth: null,
      text: analysedText(text),
    },
  });
}

/** A number that depends on a word alone. */
function hashOf(word: string): number {
  let hash = 7;
  for (const character of word) hash = (hash * 31 + character.charCodeAt(0)) % 9973;
  return hash;
}

/** The block model (0) and the scalar model (1) on the same stories. */
export function storyModels(
  step: number,
  documents = DOCUMENTS,
): readonly [AnalysedModel, AnalysedModel] {
  const text = storyRows(documents);
  const blocks = frames(GROUPS, RANK);
  const atoms = frames(LATENTS, 1);
  // Atoms of the families lie in the plane of their group, one in the direction of each word.
  const latentOf = new Map<string, number>();
  for (const [group, words] of wordsOf) {
    words.forEach((word, place) => {
      const latent = latentOf.size;
      latentOf.set(word, latent);
      const angle = (2 * Math.PI * place) / words.length;
      for (let c = 0; c < WIDTH; c++) {
        const [x, y] = [
          at(blocks, group * RANK * WIDTH + c),
          at(blocks, (group * RANK + 1) * WIDTH + c),
        ];
        atoms[latent * WIDTH + c] =
          Math.cos(angle) * x + Math.sin(angle) * y + 0.35 * at(atoms, latent * WIDTH + c);
      }
    });
  }
  const block = modelOf(0, step, text, dictionaryOf(blocks, RANK), (word, row) => {
    const family = familyOf(word);
    const others = [0, 1, 2].map((i): Firing => {
      const size = 0.5 + 1.2 * noise(row, i);
      const turn = noise(hashOf(word), i + 2);
      return [
        (hashOf(word) * (i + 1) + 13 * i) % GROUPS,
        [size * (turn - 0.3), size * 0.4 * noise(row, 9), size * (0.8 - turn), 0],
      ];
    });
    if (family === null) return others;
    const angle = (2 * Math.PI * family.place) / family.size + 0.4 * (noise(row, 21) - 0.5);
    const size = 3 + 2.5 * noise(row, family.group);
    const own: Firing = [
      family.group,
      [
        size * Math.cos(angle),
        size * Math.sin(angle),
        0.6 * (noise(row, 4) - 0.5),
        0.1 * noise(row, 5),
      ],
    ];
    return [...others.filter(([unit]) => unit !== family.group), own].slice(-MOST_ACTIVE);
  });
  const scalar = modelOf(1, step, text, dictionaryOf(atoms, 1), (word, row) => {
    const own = latentOf.get(word);
    const others = [0, 1].map((i): Firing => [
      latentOf.size + ((hashOf(word) * (i + 3) + 29 * i) % (LATENTS - latentOf.size)),
      [0.3 + noise(row, i)],
    ]);
    return own === undefined ? others : [[own, [2.5 + 2 * noise(row, 6)]], ...others];
  });
  return [block, scalar];
}
