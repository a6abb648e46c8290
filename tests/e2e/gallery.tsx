/**
 * Every figure with invented data, to be looked at in both themes. All numbers come from a seeded generator; nothing
 * here is a result. `#live` grows the curves and turns the shapes, to watch the frame rate.
 */
import {
  StrictMode,
  useEffect,
  useMemo,
  useState,
  type CSSProperties,
  type ReactNode,
} from 'react';
import { createRoot } from 'react-dom/client';
import { Tooltip } from 'radix-ui';
import '../../src/ui/theme.css';
import '../../src/ui/parts/controls.css';
import { AtomFan } from '../../src/ui/plots/AtomFan';
import { BarStrip } from '../../src/ui/plots/BarStrip';
import { CodeScatter } from '../../src/ui/plots/CodeScatter';
import { FigureFrame } from '../../src/ui/plots/FigureFrame';
import { HeatMatrix } from '../../src/ui/plots/HeatMatrix';
import { Histogram } from '../../src/ui/plots/Histogram';
import { Legend } from '../../src/ui/plots/Legend';
import { LineChart } from '../../src/ui/plots/LineChart';
import { Meter } from '../../src/ui/plots/Meter';
import { MODEL_COLORS, modelColor, unitColor } from '../../src/ui/plots/palette';
import { PlotSync } from '../../src/ui/plots/PlotSync';
import type { Series } from '../../src/ui/plots/props';
import { RankHeatmap } from '../../src/ui/plots/RankHeatmap';
import { ScatterPlot } from '../../src/ui/plots/ScatterPlot';
import { ShapeView } from '../../src/ui/plots/ShapeView';
import { Spark } from '../../src/ui/plots/Spark';
import { assignUnitSlots } from '../../src/ui/plots/unit_slots';
import { useRotation } from '../../src/ui/plots/use_rotation';
import { at } from '../../src/base/array';

const LIVE = location.hash.includes('live');
const END = 1_536_000;
const MOMENTS = 3000;

function generator(seed: number) {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state ^ (state >>> 15), state | 1) + 0x6d2b79f5) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const normal = () =>
    Math.sqrt(-2 * Math.log(uniform() + 1e-9)) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

const { uniform, normal } = generator(7);
const TIMES = Float64Array.from({ length: MOMENTS }, (_, i) => (END * i) / MOMENTS);

function curve(shape: (t: number) => number): Float64Array {
  return TIMES.map((_, i) => shape(i / MOMENTS));
}

const CURVES: readonly (readonly [string, readonly Float64Array[], 'linear' | 'log'])[] = [
  [
    'Reconstruction loss, log',
    [
      curve((t) => Math.exp(-9 * t) + 0.024 * Math.exp(0.12 * normal())),
      curve((t) => Math.exp(-7 * t) + 0.043 * Math.exp(0.1 * normal())),
    ],
    'log',
  ],
  [
    'Explained variance',
    [
      curve((t) => 0.976 * (1 - Math.exp(-9 * t)) + 0.006 * normal()),
      curve((t) => 0.957 * (1 - Math.exp(-6 * t)) + 0.006 * normal()),
    ],
    'linear',
  ],
  [
    'Units per shape',
    [
      curve((t) => 1 + 9 * Math.exp(-7 * t)),
      curve((t) => 43 * (1 - Math.exp(-6 * t)) + 0.6 * normal()),
    ],
    'linear',
  ],
];
const RUNS = Array.from({ length: 8 }, (_, i) =>
  curve((t) => (0.98 - 0.05 * i) * (1 - Math.exp(-(8 - 0.6 * i) * t))),
);
const STEPS = TIMES.map((_, i) => i + 1);
const FALL = STEPS.map((step) => 3 * step ** -0.45);
const RANKS = Float64Array.from({ length: MOMENTS * 4 }, (_, i) => {
  const t = Math.floor(i / 4) / MOMENTS;
  const share = [
    0.04,
    0.34 * (1 - Math.exp(-5 * t)),
    0.62 * (1 - Math.exp(-6 * t)),
    Math.exp(-6 * t),
  ];
  return Math.round(64 * at(share, i % 4));
});

interface Shape {
  readonly name: string;
  readonly points: Float32Array;
  readonly atoms: Uint32Array;
  readonly one: Uint32Array;
}

function shape(
  name: string,
  atoms: number,
  point: () => readonly [number, number, number, number],
): Shape {
  const count = 2600;
  const drawn = Array.from({ length: count }, point);
  return {
    name,
    points: Float32Array.from(drawn.flatMap(([x, y, z]) => [x, y, z])),
    atoms: Uint32Array.from(drawn, (p) => Math.floor(p[3] * atoms)),
    one: new Uint32Array(count).fill(7 + atoms),
  };
}

const DIRECTIONS = Array.from({ length: 71 }, () => {
  const v = [normal(), normal(), normal()] as const;
  const norm = Math.hypot(...v);
  return [v[0] / norm, v[1] / norm, v[2] / norm] as const;
});
const SHAPES: readonly Shape[] = [
  shape('Circle', 22, () => {
    const t = uniform();
    return [Math.cos(2 * Math.PI * t), Math.sin(2 * Math.PI * t), 0.04 * normal(), t];
  }),
  shape('Sphere', 71, () => {
    const v = [normal(), normal(), normal()] as const;
    const norm = Math.hypot(...v);
    const [x, y, z] = [v[0] / norm, v[1] / norm, v[2] / norm];
    const scores = DIRECTIONS.map((d) => d[0] * x + d[1] * y + d[2] * z);
    return [x, y, z, scores.indexOf(Math.max(...scores)) / 71];
  }),
  shape('Helix', 36, () => {
    const t = 2 * uniform() - 1;
    return [0.8 * Math.cos(9.42 * t), 0.8 * Math.sin(9.42 * t), 0.95 * t, (t + 1) / 2];
  }),
];
const COUNTS = [22, 71, 36];

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const CODES = new Float32Array(217 * 3);
const DAY = new Uint32Array(217);
for (let i = 0; i < 217; i++) {
  const day = i % 7;
  const spread = i < 7 ? 0 : 1;
  const angle = (day / 7) * 2 * Math.PI - 1.2 + 0.13 * spread * normal();
  const norm = i < 7 ? 1 : 0.86 + 0.09 * normal();
  CODES.set([norm * Math.cos(angle), norm * Math.sin(angle), 0.12 * normal()], i * 3);
  DAY[i] = day;
}
const BACKGROUND = Float32Array.from({ length: 360 }, () => 0.2 * normal());

function Grid({
  columns,
  children,
  style,
}: {
  columns: string;
  children: ReactNode;
  style?: CSSProperties;
}) {
  return (
    <div style={{ display: 'grid', gridTemplateColumns: columns, gap: 12, ...style }}>
      {children}
    </div>
  );
}

function Curves() {
  const [length, setLength] = useState(LIVE ? 2 : 2300);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!LIVE) return undefined;
    const grow = () => {
      setLength((n) => (n < MOMENTS ? n + 8 : 2));
      frame = requestAnimationFrame(grow);
    };
    let frame = requestAnimationFrame(grow);
    return () => cancelAnimationFrame(frame);
  }, []);
  const toggle = (id: string) =>
    setHidden((old) => new Set(old.has(id) ? [...old].filter((one) => one !== id) : [...old, id]));
  const x = TIMES.subarray(0, length);
  const seriesOf = (ys: readonly Float64Array[]): Series[] =>
    ys.map((y, i) => ({
      id: String(i),
      label: ['SASA', 'TopK SAE'][i] ?? '',
      color: modelColor(i),
      x,
      y: y.subarray(0, length),
    }));
  const markers = [
    {
      x: 560_000,
      text: 'lr 1.0e-3',
      title: 'Learning rate changed from 2.0e-3 to 1.0e-3 at 560 k samples',
    },
  ];
  return (
    <PlotSync>
      <Grid columns="repeat(4, minmax(0, 1fr))">
        {CURVES.map(([title, ys, scale], i) => (
          <FigureFrame
            key={title}
            title={title}
            hint="1 − Σ‖x−x̂‖² / Σ‖x−x̄‖², x̄ per dimension over the evaluation set"
            csv={() => ({
              columns: ['samples', 'sasa'],
              rows: Array.from(x, (t, k) => [t, at(at(ys, 0), k)]),
            })}
          >
            <LineChart
              label={title}
              height={128}
              series={seriesOf(ys)}
              xUnit="samples"
              xEnd={END}
              yScale={scale}
              {...(i === 1 ? { yMin: 0, yMax: 1, markers } : {})}
              smoothing={i === 0 ? 0.95 : 0}
              now={at(x, length - 1)}
              hidden={hidden}
            />
          </FigureFrame>
        ))}
        <FigureFrame title="Rank 90 of live groups, share over time">
          <RankHeatmap
            label="Rank 90 of live groups over time"
            height={128}
            x={x}
            counts={RANKS.subarray(0, length * 4)}
            ranks={4}
            xUnit="samples"
            xEnd={END}
            now={at(x, length - 1)}
          />
        </FigureFrame>
      </Grid>
      <Legend items={seriesOf(at(CURVES, 0)[1])} hidden={hidden} onToggle={toggle} />
      <Grid columns="2fr 1fr 1fr">
        <FigureFrame title="Six runs of one model, explained variance, with a legend">
          <LineChart
            label="Explained variance"
            height={224}
            legend
            hidden={hidden}
            onToggle={toggle}
            xUnit="samples"
            markers={[...markers, { x: 600_000, text: 'λ 1.0e-3' }, { x: 1_000_000, text: 's 2' }]}
            series={Array.from({ length: 8 }, (_, i) => ({
              id: `r${i}`,
              label: `run ${i + 1}`,
              color: modelColor(i),
              dash: i % 3 === 1 ? 'dashed' : i % 3 === 2 ? 'dotted' : 'solid',
              x,
              y: at(RUNS, i).subarray(0, length),
            }))}
          />
        </FigureFrame>
        <FigureFrame title="Log and log">
          <LineChart
            label="Loss"
            height={224}
            xUnit="steps"
            xScale="log"
            yScale="log"
            series={[
              {
                id: 'a',
                label: 'loss',
                color: modelColor(0),
                x: STEPS,
                y: FALL,
              },
            ]}
          />
        </FigureFrame>
        <FigureFrame title="Nothing yet">
          <LineChart
            label="Loss"
            height={224}
            series={[]}
            xUnit="samples"
            xEnd={END}
            empty="Press Train to see the loss fall."
          />
        </FigureFrame>
      </Grid>
    </PlotSync>
  );
}

function Shapes() {
  const [rotation, setRotation] = useRotation(LIVE);
  const slots = useMemo(() => SHAPES.map(({ atoms }) => assignUnitSlots([atoms])), []);
  return (
    <div style={{ border: '1px solid var(--line)', borderRadius: 10, background: 'var(--panel)' }}>
      <Grid columns="repeat(3, 1fr)" style={{ gap: 0 }}>
        {[0, 1].flatMap((model) =>
          SHAPES.map((one, i) => (
            <ShapeView
              key={`${model}${i}`}
              label={one.name}
              height={232}
              points={one.points}
              owners={model === 0 ? one.one : one.atoms}
              modelColor={modelColor(model)}
              slots={model === 0 ? undefined : slots[i]}
              unitName={model === 0 ? 'group' : 'latent'}
              rotation={rotation}
              onRotation={setRotation}
              extent={1.05}
              caption={model === 0 ? '1 group' : `${at(COUNTS, i)} atoms`}
              captionDetail={model === 0 ? `rank ${i === 0 ? 2 : 3}` : undefined}
            />
          )),
        )}
      </Grid>
    </div>
  );
}

function Groups() {
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const first = useMemo(() => DAYS.map((_, i) => i), []);
  const norms = useMemo(
    () =>
      Float32Array.from({ length: 217 }, (_, i) =>
        Math.hypot(at(CODES, 3 * i), at(CODES, 3 * i + 1)),
      ),
    [],
  );
  const labelOf = (i: number) => at(DAYS, at(DAY, i));
  return (
    <Grid columns="minmax(0, 1.25fr) minmax(0, 1fr)">
      <FigureFrame title="Codes, first two principal axes">
        <CodeScatter
          label="Codes of group 444"
          height={430}
          codes={CODES}
          axes={3}
          labelOf={labelOf}
          coloring={{ by: 'angle' }}
          prominent={first}
          background={BACKGROUND}
          circle={1}
          selected={selected}
          onSelect={(indices) => setSelected(new Set(indices))}
          detailOf={() => <span>… the market reopened on Monday after …</span>}
        />
      </FigureFrame>
      <Grid columns="1fr" style={{ alignContent: 'start' }}>
        <FigureFrame title="Singular values">
          <BarStrip
            label="Singular values"
            rows={[
              { label: 'codes', values: [0.98, 0.86, 0.14, 0.05] },
              { label: 'map', values: [0.9, 0.7, 0.24, 0.01], color: 'var(--m1)' },
              {
                label: 'weights',
                values: [0.62, 0.58, 0.56, 0.52],
                max: 0.98,
                color: 'var(--mark)',
              },
            ]}
          />
        </FigureFrame>
        <FigureFrame title="Nearest groups, by principal angle">
          {[
            ['347', 'months', 0.64],
            ['260', 'seasons', 0.41],
            ['299', 'ordinals', 0.33],
            ['401', 'officials', 0.04],
          ].map(([id, name, value]) => (
            <div
              key={id}
              style={{
                display: 'grid',
                gridTemplateColumns: '44px 1fr 74px 60px',
                gap: 10,
                alignItems: 'center',
                lineHeight: '24px',
              }}
            >
              <span style={{ font: '12px var(--mono)', color: 'var(--ink3)' }}>{id}</span>
              <span>{name}</span>
              <Meter value={Number(value)} label={`overlap with ${name}`} />
              <Spark
                counts={Array.from({ length: 13 }, (_, q) => 15 * Math.exp(-((q - 3) ** 2) / 9))}
              />
            </div>
          ))}
        </FigureFrame>
        <FigureFrame title="The same feature in the TopK SAE">
          <AtomFan
            label="Atoms in the plane of group 444"
            height={150}
            color={modelColor(1)}
            atoms={DAYS.map((text, i) => ({
              id: [912, 77, 1040, 305, 668, 14, 233][i] ?? 0,
              text,
              x: (0.7 + 0.04 * i) * Math.cos((i / 7) * 6.283 - 1.2),
              y: (0.7 + 0.04 * i) * Math.sin((i / 7) * 6.283 - 1.2),
            }))}
            onPick={() => undefined}
          />
        </FigureFrame>
      </Grid>
      <FigureFrame title="By category">
        <CodeScatter
          label="Codes"
          height={280}
          codes={CODES}
          axes={3}
          dimension={3}
          labelOf={labelOf}
          coloring={{ by: 'category', categories: DAY, names: DAYS }}
          prominent={first}
          background={BACKGROUND}
          onSelect={() => undefined}
        />
      </FigureFrame>
      <FigureFrame title="By value">
        <CodeScatter
          label="Codes"
          height={280}
          codes={CODES}
          axes={3}
          labelOf={labelOf}
          coloring={{ by: 'value', values: norms, name: 'norm of the code' }}
          circle={null}
        />
      </FigureFrame>
    </Grid>
  );
}

function Others() {
  const ranks = useMemo(() => {
    const code = Float32Array.from({ length: 1400 }, () => 1 + 3 * uniform() ** 2);
    return { code, weight: code.map((r) => Math.min(4, r + 1.2 * uniform())) };
  }, []);
  const counts = useMemo(
    () =>
      Float32Array.from({ length: 40 }, (_, i) =>
        Math.round(900 * Math.exp(-((i - 9) ** 2) / 40) + 12 * uniform()),
      ),
    [],
  );
  return (
    <>
      <Grid columns="repeat(4, minmax(0, 1fr))">
        <FigureFrame title="Weight rank against code rank">
          <ScatterPlot
            label="Ranks"
            height={260}
            x={ranks.code}
            y={ranks.weight}
            xLabel="rank of codes"
            yLabel="rank of weights"
            diagonal
            labelOf={(i) => `group ${i}`}
            onPick={() => undefined}
            onSelect={() => undefined}
          />
        </FigureFrame>
        <FigureFrame title="Norms of the codes">
          <Histogram
            label="Norms"
            height={260}
            counts={counts}
            from={0}
            to={8}
            xLabel="norm"
            yLabel="tokens"
            marks={[{ x: 1.9, text: 'mean' }]}
            onRange={() => undefined}
          />
        </FigureFrame>
        <FigureFrame title="Overlap of subspaces">
          <HeatMatrix
            label="Overlap"
            height={260}
            rows={6}
            columns={6}
            showValues
            values={Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? 1 : uniform() ** 3))}
            rowLabels={['weekdays', 'months', 'seasons', 'ordinals', 'colours', 'units']}
            columnLabels={['444', '347', '260', '299', '224', '229']}
          />
        </FigureFrame>
        <FigureFrame title="Difference, diverging">
          <HeatMatrix
            label="Difference"
            height={260}
            rows={16}
            columns={16}
            scale="diverging"
            values={Array.from({ length: 256 }, () => normal())}
          />
        </FigureFrame>
      </Grid>
      <FigureFrame title="Palettes">
        <div style={{ display: 'flex', gap: 4 }}>
          {Array.from({ length: MODEL_COLORS }, (_, i) => (
            <i key={i} style={{ width: 40, height: 24, background: modelColor(i) }} />
          ))}
        </div>
        {[0, 32, 64].map((from) => (
          <div key={from} style={{ display: 'flex', gap: 2, marginTop: 4 }}>
            {Array.from({ length: 32 }, (_, i) => (
              <i
                key={i}
                style={{
                  width: 24,
                  height: 20,
                  background: unitColor(
                    from + i,
                    location.hash.includes('dark') ? 'dark' : 'light',
                  ),
                }}
              />
            ))}
          </div>
        ))}
      </FigureFrame>
    </>
  );
}

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Tooltip.Provider>
        <main style={{ display: 'grid', gap: 12, padding: 16 }}>
          <Curves />
          <Shapes />
          <Groups />
          <Others />
        </main>
      </Tooltip.Provider>
    </StrictMode>,
  );
}
