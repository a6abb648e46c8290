/**
 * What the explorer costs at the size that it promises: 4096 groups of rank 6 over 200 000 tokens with ten
 * groups each, d = 768. Times of the table and of cards, and the most memory that the process held, for the
 * block model alone and with a scalar model of as many columns and codes beside it. The tables are made up:
 * tokens by Zipf's law, groups that belong to tokens, codes near a plane.
 *
 *   node scripts/run_typescript.mjs bench/explorer.ts [--json]
 */
import { indexCodes } from '../src/analysis/code_index';
import type { CodeTable, Dictionary } from '../src/analysis/types';
import { at } from '../src/base/array';
import {
  analysedModel,
  analysedText,
  type AnalysedModel,
  type TextRows,
} from '../src/lab/encode/analysed_model';
import { groupAxes, groupCard } from '../src/lab/explore/group_card';
import { groupsAnswer } from '../src/lab/explore/groups_answer';

const SIZE = { width: 768, rows: 200_000, vocabulary: 32_000 };
const BLOCKS = { groups: 4096, rank: 6, slots: 10 };
const SCALAR = { groups: 24_576, rank: 1, slots: 60 };
type ModelSize = typeof BLOCKS;
const DOCUMENT = 200;
const CARDS = 40;

/** Uniform in [0, 1), a fixed stream (xorshift32). */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function madeDictionary({ groups, rank }: ModelSize): Dictionary {
  const { width } = SIZE;
  const next = uniforms(1);
  const decoder = new Float32Array(groups * rank * width);
  for (let i = 0; i < decoder.length; i++) decoder[i] = (next() - 0.5) / Math.sqrt(width / 12);
  return {
    groups,
    rank,
    width,
    decoder,
    encoder: decoder.slice(),
    encoderBias: new Float32Array(groups * rank),
    decoderBias: new Float32Array(width),
  };
}

function madeText(): TextRows {
  const { rows, vocabulary } = SIZE;
  const next = uniforms(2);
  const zipf = () => Math.min(vocabulary - 1, Math.floor(vocabulary ** next()) - 1);
  return {
    tokens: Uint32Array.from({ length: rows }, zipf),
    documents: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / DOCUMENT)),
    positions: Int32Array.from({ length: rows }, (_, row) => row % DOCUMENT),
    texts: Array.from({ length: vocabulary }, (_, token) => ` token${token}`),
  };
}

function madeCodes(text: TextRows, { groups, rank, slots }: ModelSize): CodeTable {
  const { rows } = SIZE;
  const next = uniforms(3);
  const active = new Uint32Array(rows * slots);
  const codes = new Float32Array(rows * slots * rank);
  const chosen = new Set<number>();
  for (let row = 0; row < rows; row++) {
    chosen.clear();
    const token = at(text.tokens, row);
    while (chosen.size < slots) {
      // Half of a token's groups are its own, half are anyone's.
      const own = chosen.size < slots / 2;
      chosen.add(
        own
          ? (token * 7 + Math.floor(3 * next()) * 131 + chosen.size * 977) % groups
          : Math.floor(next() * groups),
      );
    }
    [...chosen]
      .sort((a, b) => a - b)
      .forEach((group, slot) => {
        active[row * slots + slot] = group;
        for (let i = 0; i < rank; i++) {
          codes[(row * slots + slot) * rank + i] = (next() - 0.3) * (i < 2 ? 4 : 0.4);
        }
      });
  }
  const offsets = Uint32Array.from({ length: rows + 1 }, (_, row) => row * slots);
  return { rows, rank, groups, offsets, active, codes };
}

function timed<T>(work: () => T): readonly [result: T, ms: number] {
  const start = performance.now();
  const result = work();
  return [result, performance.now() - start];
}

const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
const peakMib = () => mib(process.resourceUsage().maxRSS * 1024);

function analysedOf(model: number, size: ModelSize): AnalysedModel {
  const dictionary = madeDictionary(size);
  const codes = madeCodes(text, size);
  return analysedModel({
    model,
    step: 0,
    indexed: indexCodes(dictionary, codes),
    rows: {
      rowIds: Uint32Array.from({ length: SIZE.rows }, (_, row) => row),
      labelOf: null,
      truth: null,
      text: analysedText(text),
    },
  });
}

const text = madeText();
const [analysed, madeMs] = timed(() => analysedOf(0, BLOCKS));
const [answer, tableMs] = timed(() => groupsAnswer(analysed, 'held_out'));
const cards = Array.from(
  { length: CARDS },
  (_, i) => timed(() => groupCard(analysed, i * 97, []))[1],
).sort((a, b) => a - b);
const busiest = answer.rows.reduce((most, row) => (row.firings > most.firings ? row : most)).group;
const [, busiestMs] = timed(() => groupCard(analysed, busiest, []));
const [, axesMs] = timed(() => groupAxes(analysed, busiest));
const alonePeak = peakMib();
const scalar = analysedOf(1, SCALAR);
const [, besideMs] = timed(() => groupCard(analysed, busiest, [scalar]));
const result = {
  ...SIZE,
  ...BLOCKS,
  made_and_indexed_ms: Math.round(madeMs),
  table_ms: Math.round(tableMs),
  card_ms_median: Math.round(at(cards, CARDS >> 1)),
  card_ms_slowest: Math.round(at(cards, CARDS - 1)),
  busiest_card_ms: Math.round(busiestMs),
  busiest_firings: at(answer.rows, busiest).firings,
  axes_ms: Math.round(axesMs),
  search_entries: answer.firings?.groups.length ?? 0,
  peak_mib: alonePeak,
  card_beside_scalar_ms: Math.round(besideMs),
  peak_beside_scalar_mib: peakMib(),
};
if (process.argv.includes('--json')) console.log(JSON.stringify(result));
else console.table(result);
