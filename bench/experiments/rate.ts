/**
 * What models explain at equal bits. A model stands at the bits of its headline, where rounding costs 0.01 of explained
 * variance (docs/method/metrics.md, "Bits a token"). TopK with fewer and more latents active makes a frontier, straight
 * between two of its models over the logarithm of bits, as its own points lie (over bits it is concave: a chord would
 * stand below it); another model is compared with it at its own bits, and at its own explained variance.
 */
import { summarize, type Result, type Summary } from './collect';

/** How codes are made: by the encoder, or better ones on the same dictionary. */
export const CODES = {
  plain: { title: 'Codes of the encoder', path: '' },
  least_squares: { title: 'Least squares', path: 'codes.least_squares.' },
  prune2: { title: 'prune2 + least squares', path: 'codes.prune2.' },
} as const;

export type CodesKind = keyof typeof CODES;

export const CODES_KINDS = Object.keys(CODES) as readonly CodesKind[];

export interface RatePoint {
  readonly bits: number;
  /** Before rounding. */
  readonly explained: number;
}

/**
 * Where a model of one seed stands; null where it has no headline for such codes. Bits are measured on the rows of the
 * evaluation here: no experiment holds out more than they read.
 */
export function ratePoint({ values }: Pick<Result, 'values'>, kind: CodesKind): RatePoint | null {
  const { path } = CODES[kind];
  const bits = values[`${path}bits_per_token`] ?? null;
  const explained = values[`${path}explained_variance`] ?? null;
  return bits === null || explained === null ? null : { bits, explained };
}

/** Explained variance at so many bits, between two points straight over log(bits); null outside of them. */
export function explainedAt(points: readonly RatePoint[], bits: number): number | null {
  return between(points.map(onLine), Math.log(bits));
}

/** Bits for so much explained variance, likewise. */
export function bitsAt(points: readonly RatePoint[], explained: number): number | null {
  const logarithm = between(
    points.map(onLine).map(([bits, value]): Point => [value, bits]),
    explained,
  );
  return logarithm === null ? null : Math.exp(logarithm);
}

type Point = readonly [x: number, y: number];

const onLine = ({ bits, explained }: RatePoint): Point => [Math.log(bits), explained];

/** The y of an x on straight lines between points; null outside of them. */
function between(points: readonly Point[], x: number): number | null {
  const sorted = [...points].sort(([a], [b]) => a - b);
  const next = sorted.findIndex(([place]) => place >= x);
  const high = sorted[next];
  if (high === undefined) return null;
  if (high[0] === x) return high[1];
  const low = sorted[next - 1];
  if (low === undefined) return null;
  return low[1] + ((x - low[0]) / (high[0] - low[0])) * (high[1] - low[1]);
}

/** A model against the frontier, over seeds. */
export interface Comparison {
  readonly label: string;
  readonly bits: Summary;
  readonly explained: Summary;
  /** Explained variance minus the frontier's at the same bits; null where no seed lies within it. */
  readonly gain: Summary | null;
  /** Bits as a share of those the frontier needs for as much; null likewise. */
  readonly share: Summary | null;
  readonly seeds: number;
}

/**
 * The frontier that a model is compared with: TopK of the same width, with which an arm begins, and trained in the same
 * way. TopK that trains on refined codes is itself compared with TopK that does not.
 */
export function frontierOf(label: string): RegExp {
  const width = /(?:^|\/)(n\d+-)/.exec(label)?.[1] ?? '';
  const refined = /-refine$/.test(label) && !/(?:^|\/)topk(?:-k\d+)?-refine$/.test(label);
  return new RegExp(`(?:^|/)${width}topk(?:-k\\d+)?${refined ? '-refine' : ''}$`);
}

/** Every model against the frontier of its seed, in the order of the results. */
export function compareRates(results: readonly Result[], kind: CodesKind): readonly Comparison[] {
  const labels = [...new Set(results.map(({ arm }) => arm))];
  return labels.flatMap((label) => {
    const frontier = frontierOf(label);
    const own = results.filter(({ arm }) => arm === label);
    const seeds = own.flatMap((result) => {
      const point = ratePoint(result, kind);
      if (point === null) return [];
      const others = results
        .filter(({ arm, seed }) => seed === result.seed && frontier.test(arm))
        .flatMap((other) => ratePoint(other, kind) ?? []);
      const explained = explainedAt(others, point.bits);
      const bits = bitsAt(others, point.explained);
      return [
        {
          ...point,
          gain: explained === null ? null : point.explained - explained,
          share: bits === null ? null : point.bits / bits,
        },
      ];
    });
    const bits = summarize(seedsOf(seeds, 'bits'), 'smallest');
    const explained = summarize(seedsOf(seeds, 'explained'), 'largest');
    if (bits === null || explained === null) return [];
    const gain = summarize(seedsOf(seeds, 'gain'), 'largest');
    const share = summarize(seedsOf(seeds, 'share'), 'smallest');
    return [{ label, bits, explained, gain, share, seeds: seeds.length }];
  });
}

function seedsOf<K extends string>(
  seeds: readonly Readonly<Record<K, number | null>>[],
  key: K,
): readonly number[] {
  return seeds.flatMap((seed) => seed[key] ?? []);
}

/** The comparison in Markdown, a table for each kind of codes: mean over seeds ± half its 95 % interval. */
export function rateTables(results: readonly Result[]): string {
  const head = [
    'arm',
    'seeds',
    'bits',
    'EV',
    'EV − TopK’s at these bits',
    'bits ÷ TopK’s for this EV',
  ];
  return CODES_KINDS.map((kind) => {
    const rows = compareRates(results, kind).map((found) => [
      found.label,
      String(found.seeds),
      text(found.bits, 1),
      text(found.explained, 4),
      text(found.gain, 4),
      text(found.share, 3),
    ]);
    const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
    return `**${CODES[kind].title}**\n\n${lines.join('\n')}\n`;
  }).join('\n');
}

function text(summary: Summary | null, decimals: number): string {
  if (summary === null) return '–';
  const mean = summary.mean.toFixed(decimals);
  return summary.half === null ? mean : `${mean} ± ${summary.half.toFixed(decimals)}`;
}
