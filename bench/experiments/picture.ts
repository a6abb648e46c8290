/**
 * The figure of explained variance against bits a token: a panel for each way of making codes and one for dictionaries
 * that were trained on refined codes, axes shared, every family drawn through its models with the 95 % intervals over
 * seeds, and TopK of the first panel in grey behind the others. An SVG on paper white.
 */
import { scaleLinear, scaleLog } from 'd3';
import { largest, smallest } from '../../src/base/array';
import { MODELS } from '../../src/ui/plots/palette';
import { CODES, CODES_KINDS, compareRates, type Comparison } from './rate';
import type { Result } from './collect';

interface Family {
  readonly title: string;
  /** Of the labels of its models, without what stands before a slash. */
  readonly test: RegExp;
  readonly color: string;
  readonly mark: 'circle' | 'square' | 'diamond' | 'triangle' | 'cross' | 'plus';
}

const color = (index: number): string => MODELS.light[index] ?? '#000000';

const FAMILIES: readonly Family[] = [
  { title: 'TopK', test: /^topk(-k\d+)?$/, color: color(0), mark: 'circle' },
  { title: 'Signed TopK', test: /^topk_signed$/, color: color(7), mark: 'plus' },
  { title: 'BatchTopK', test: /^batchtopk$/, color: color(5), mark: 'cross' },
  { title: 'SASA, r = 2', test: /^sasa-r2-s\d+$/, color: color(1), mark: 'square' },
  { title: 'SASA, r = 4', test: /^sasa-r4-s\d+$/, color: color(2), mark: 'diamond' },
  { title: 'Two-level, r = 2', test: /^two-level-r2-s\d+$/, color: color(3), mark: 'triangle' },
];

const REFINED = /-refine$/;

const PANELS = [
  ...CODES_KINDS.map((kind) => ({ title: CODES[kind].title, kind, refined: false })),
  { title: 'Trained on refined codes', kind: 'plain', refined: true },
] as const;

/** Of a figure with all panels. */
const SIZE = { width: 1180, height: 420 };
const MARGIN = { left: 54, right: 12, top: 78, bottom: 46 };
const GAP = 16;
const PANEL = {
  width: (SIZE.width - MARGIN.left - MARGIN.right - GAP * (PANELS.length - 1)) / PANELS.length,
  height: SIZE.height - MARGIN.top - MARGIN.bottom,
};
const INK = { text: '#1d1f23', quiet: '#5c6068', behind: '#b4b8c0', grid: '#e4e6ea' };
/** Where the axis of bits may have a number. */
const BITS = [5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480];

/** The figure of the models of an experiment's usual width; null while none of them has bits. */
export function ratePicture(title: string, results: readonly Result[]): string | null {
  const panels = PANELS.map(({ kind, refined, ...panel }) => ({
    ...panel,
    found: compareRates(results, kind)
      .filter(({ label }) => REFINED.test(label) === refined)
      .map((each) => ({
        ...each,
        label: (each.label.split('/').at(-1) ?? each.label).replace(REFINED, ''),
      }))
      .filter(({ label }) => FAMILIES.some(({ test }) => test.test(label))),
  })).filter(({ found }) => found.length > 0);
  const drawn = panels.flatMap(({ found }) => found);
  if (drawn.length === 0) return null;
  const ends = (of: (each: Comparison) => number): [number, number] => {
    const values = drawn.map(of);
    return [smallest(values), largest(values)];
  };
  const x = scaleLog(
    ends(({ bits }) => bits.mean),
    [12, PANEL.width - 12],
  );
  const y = scaleLinear(
    ends(({ explained }) => explained.mean),
    [PANEL.height - 8, 8],
  ).nice(5);
  const topk = FAMILIES.slice(0, 1).flatMap(({ test }) =>
    (panels[0]?.found ?? []).filter(({ label }) => test.test(label)),
  );
  const parts = panels.map((panel, index) => {
    const left = MARGIN.left + index * (PANEL.width + GAP);
    const families = FAMILIES.flatMap((family) =>
      drawFamily(
        family,
        panel.found.filter(({ label }) => family.test.test(label)),
        x,
        y,
      ),
    );
    return `<g transform="translate(${left},${MARGIN.top})">
<text x="0" y="-10" class="panel">${panel.title}</text>
${axes(x, y, index === 0)}
${index === 0 ? '' : trace(topk, x, y, INK.behind)}
${families.join('\n')}
</g>`;
  });
  const across = panels.length * (PANEL.width + GAP) - GAP;
  const middle = MARGIN.left + across / 2;
  const width = MARGIN.left + across + MARGIN.right;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${SIZE.height}" font-family="system-ui, sans-serif" font-size="12" fill="${INK.text}">
<style>.panel{font-weight:600}.quiet{fill:${INK.quiet}}.tick{font-size:11px;fill:${INK.quiet}}</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${MARGIN.left}" y="20" font-size="14" font-weight="600">${title}</text>
${legend(FAMILIES.filter(({ test }) => drawn.some(({ label }) => test.test(label))))}
${parts.join('\n')}
<text x="${middle}" y="${SIZE.height - 10}" text-anchor="middle" class="quiet">Bits a token, at a loss of 0.01 of explained variance (logarithmic)${panels.length > 1 ? '; grey: TopK of the first panel' : ''}</text>
<text transform="translate(14,${MARGIN.top + PANEL.height / 2}) rotate(-90)" text-anchor="middle" class="quiet">Explained variance, held out</text>
</svg>
`;
}

type BitsScale = ReturnType<typeof scaleLog<number, number>>;
type Scale = ReturnType<typeof scaleLinear<number, number>>;

function axes(x: BitsScale, y: Scale, labelled: boolean): string {
  const [least = 0, most = 0] = x.domain();
  const vertical = BITS.filter((value) => value >= least && value <= most).map(
    (
      value,
    ) => `<line x1="${px(x(value))}" x2="${px(x(value))}" y1="0" y2="${PANEL.height}" stroke="${INK.grid}"/>
<text x="${px(x(value))}" y="${PANEL.height + 16}" text-anchor="middle" class="tick">${value}</text>`,
  );
  const format = y.tickFormat(6);
  const horizontal = y.ticks(6).map(
    (
      value,
    ) => `<line x1="0" x2="${px(PANEL.width)}" y1="${px(y(value))}" y2="${px(y(value))}" stroke="${INK.grid}"/>
${labelled ? `<text x="-8" y="${px(y(value) + 4)}" text-anchor="end" class="tick">${format(value)}</text>` : ''}`,
  );
  return [...vertical, ...horizontal].join('\n');
}

/** A line through models in the order of their bits; of one model none. */
function trace(found: readonly Comparison[], x: BitsScale, y: Scale, stroke: string): string {
  if (found.length < 2) return '';
  const points = [...found]
    .sort((a, b) => a.bits.mean - b.bits.mean)
    .map(({ bits, explained }) => `${px(x(bits.mean))},${px(y(explained.mean))}`);
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${stroke}" stroke-width="1.5"/>`;
}

function drawFamily(
  family: Family,
  found: readonly Comparison[],
  x: BitsScale,
  y: Scale,
): string[] {
  return [
    trace(found, x, y, family.color),
    ...found.flatMap(({ bits, explained }) => [
      bar(
        [x(inside(x, bits.mean - (bits.half ?? 0))), y(explained.mean)],
        [x(inside(x, bits.mean + (bits.half ?? 0))), y(explained.mean)],
        family.color,
      ),
      bar(
        [x(bits.mean), y(explained.mean - (explained.half ?? 0))],
        [x(bits.mean), y(explained.mean + (explained.half ?? 0))],
        family.color,
      ),
      mark(family, x(bits.mean), y(explained.mean)),
    ]),
  ];
}

/** An interval of two seeds may leave the figure. */
function inside(scale: BitsScale, value: number): number {
  const [least = 0, most = 0] = scale.domain();
  return Math.min(most, Math.max(least, value));
}

function bar([x1, y1]: [number, number], [x2, y2]: [number, number], stroke: string): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${stroke}" stroke-width="1"/>`;
}

/** Every family has a shape of its own, so that the figure can be read without colour. */
const SHAPES: Readonly<Record<Family['mark'], string>> = {
  circle: 'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0',
  square: 'M-4,-4h8v8h-8z',
  diamond: 'M0,-5.5L5.5,0L0,5.5L-5.5,0z',
  triangle: 'M0,-5.5L5.2,4H-5.2z',
  cross: 'M-4,-4L4,4M-4,4L4,-4',
  plus: 'M-5,0H5M0,-5V5',
};

function mark({ mark: shape, color: own }: Family, left: number, top: number): string {
  return `<path transform="translate(${px(left)},${px(top)})" d="${SHAPES[shape]}" fill="${own}" stroke="${own}" stroke-width="1.6"/>`;
}

function legend(families: readonly Family[]): string {
  let left = MARGIN.left + 4;
  return families
    .map((family) => {
      const place = left;
      left += 34 + family.title.length * 6.6;
      return `${mark(family, place, 40)}<text x="${px(place + 11)}" y="44">${family.title}</text>`;
    })
    .join('\n');
}

const px = (value: number): string => value.toFixed(1);
