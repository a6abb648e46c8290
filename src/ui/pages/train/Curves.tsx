/**
 * The curves of the run shown, with other runs laid under them if wanted: models differ by colour, runs by dash; one
 * legend, one cursor and one zoom for all. What was changed while the run went is marked on every curve.
 */
import { useMemo, useState } from 'react';
import { useExperiment } from '../../../state/experiment_store';
import {
  allChanges,
  allMoves,
  isActive,
  type Run,
  type RunModel,
  trainedBefore,
} from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import { seriesId, useView } from '../../../state/view_store';
import { Choice } from '../../parts/Choice';
import { FigureFrame } from '../../plots/FigureFrame';
import { FiguresOf } from '../../plots/FiguresOf';
import { Legend } from '../../plots/Legend';
import { dashOf } from '../../plots/line_style';
import { LineChart } from '../../plots/LineChart';
import { modelColor } from '../../plots/palette';
import { PlotSync } from '../../plots/PlotSync';
import type { LegendItem, Marker, Series } from '../../plots/props';
import { RankHeatmap } from '../../plots/RankHeatmap';
import { CurveTools } from './CurveTools';
import { mainCurves, otherCurves, type CurveSpec } from './curve_specs';
import { curveTable, rankTable } from './curve_table';
import { markersOf, markersOfMoves } from './change_markers';
import { useShownProbe } from './shown_checkpoint';
import { usePlannedSamples, useShownRunId } from './shown_run';
import './curves.css';

/** Said in the first frame once a run has been started. */
const BEGINNING = 'The curves begin with the first steps.';

export interface CurvesProps {
  /** Two large columns, for data of which nothing else can be drawn. */
  readonly large?: boolean;
}

export function Curves({ large = false }: CurvesProps) {
  const id = useShownRunId();
  const run = useRuns(({ runs }) => (id === null ? undefined : runs[id]));
  const all = useRuns(({ runs }) => runs);
  const overlaid = useView((view) => view.overlays);
  const probe = useShownProbe();
  const batch = run?.config.training.train_batch_size_samples ?? 0;
  const [open, setOpen] = useState(false);
  const dataKind = useExperiment((state) => state.draft.data.kind);
  const planned = usePlannedSamples();

  const overlays = overlaid.flatMap((other) => (other === id ? [] : (all[other] ?? [])));
  const shown = run === undefined ? overlays : [run, ...overlays];
  const hasShapes = (run?.config.data.kind ?? dataKind) === 'synthetic';
  // Curves of opened weights begin before the run.
  const earlier = run === undefined ? 0 : trainedBefore(run).samples;
  const going = earlier > 0 && run?.step === 0 ? 0 : run?.config.training.training_samples;
  const xEnd = earlier + (going ?? planned) || undefined;
  const now =
    probe !== null
      ? earlier + probe.step * batch
      : run !== undefined && isActive(run.status) && run.samples > 0
        ? earlier + run.samples
        : undefined;
  const changes = run?.changes;
  const moved = run?.moved;
  const models = run?.models;
  const markers = useMemo(() => {
    const made = { changes: changes ?? [], moved: moved ?? [], models: models ?? [] };
    return [
      ...markersOf(allChanges(made), made.models, batch),
      ...markersOfMoves(allMoves(made), made.models, batch),
    ];
  }, [changes, moved, models, batch]);
  const legend = legendOf(shown);
  const height = large ? 232 : 148;
  const frame = { shown, legend, xEnd, now, markers, height };
  return (
    <PlotSync>
      <section className="curves" aria-label="Curves">
        <CurvesLegend items={legend} />
        <CurveTools runId={id} open={open} onOpen={setOpen} />
        <div className="curve-grid" data-large={large}>
          {mainCurves(hasShapes).map((spec) => (
            <Curve key={spec.id} spec={spec} {...frame} />
          ))}
          <Ranks run={run} xEnd={xEnd} now={now} height={height} />
          {open &&
            otherCurves(hasShapes)
              .filter((spec) => shown.some(({ models }) => models.some(spec.line)))
              .map((spec) => <Curve key={spec.id} spec={spec} {...frame} />)}
        </div>
      </section>
    </PlotSync>
  );
}

function CurvesLegend({ items }: { readonly items: readonly LegendItem[] }) {
  const hidden = useView((view) => view.hidden);
  const toggle = useView((view) => view.toggleSeries);
  return <Legend className="curves-legend" items={items} hidden={hidden} onToggle={toggle} />;
}

interface CurveProps {
  readonly spec: CurveSpec;
  readonly shown: readonly Run[];
  readonly legend: readonly LegendItem[];
  readonly xEnd: number | undefined;
  readonly now: number | undefined;
  readonly markers: readonly Marker[];
  readonly height: number;
}

function Curve({ spec, shown, legend, xEnd, now, markers, height }: CurveProps) {
  const hidden = useView((view) => view.hidden);
  const smoothing = useView((view) => view.smoothing);
  const series: Series[] = shown.flatMap((run, order) =>
    run.models.flatMap((model) => {
      const line = spec.line(model);
      if (line === undefined) return [];
      return {
        id: seriesId(run.id, model.index),
        label: nameIn(shown, run, model),
        color: modelColor(model.index),
        dash: dashOf(order),
        ...line,
      };
    }),
  );
  return (
    <FigureFrame
      title={spec.title}
      hint={spec.hint}
      fileName={spec.id.replace('/', '_')}
      csv={() => curveTable(spec, shown)}
      legend={legend.filter(({ id }) => !hidden.has(id))}
    >
      <LineChart
        label={`${spec.title} by samples`}
        height={height}
        series={series}
        xUnit="samples"
        xStart={0}
        xEnd={xEnd}
        yScale={spec.yScale}
        yMin={spec.yMin}
        yWithin={spec.yWithin}
        yWhole={spec.yWhole}
        now={now}
        markers={markers}
        hidden={hidden}
        smoothing={smoothing}
        empty={spec.empty === undefined ? '' : shown.length === 0 ? spec.empty : BEGINNING}
      />
    </FigureFrame>
  );
}

interface RanksProps {
  readonly run: Run | undefined;
  readonly xEnd: number | undefined;
  readonly now: number | undefined;
  readonly height: number;
}

/** Ranks of the groups of one model over time; scalar models have rank 1 throughout and are left out. */
function Ranks({ run, xEnd, now, height }: RanksProps) {
  const [chosen, setChosen] = useState(0);
  const grouped = run?.models.filter(({ unitName }) => unitName === 'group') ?? [];
  const model = grouped.find(({ index }) => index === chosen) ?? grouped[0];
  return (
    <FiguresOf model={model?.name}>
      <FigureFrame
        title="rank90 of the maps of live groups"
        hint="Singular values of each live group’s map that hold 90 % of Σσ²: how many dimensions it offers. Time runs to the right, rank upwards; the deeper the colour, the larger the share of groups."
        fileName="rank90_over_time"
        csv={() => rankTable(run, model)}
        controls={
          grouped.length > 1 && model !== undefined ? (
            <Choice
              variant="quiet"
              label="Model whose ranks are shown"
              value={String(model.index)}
              options={grouped.map(({ index, name }) => ({ value: String(index), label: name }))}
              onChange={(value) => setChosen(Number(value))}
            />
          ) : undefined
        }
      >
        <RankHeatmap
          label="rank90 of the maps of live groups over samples"
          height={height}
          x={model?.metrics.samples.view() ?? EMPTY}
          counts={model?.metrics.rankCounts.view() ?? EMPTY}
          ranks={model === undefined ? 4 : Math.max(model.rank, model.metrics.ranks)}
          color={modelColor(model?.index ?? 0)}
          xUnit="samples"
          xEnd={xEnd}
          now={now}
          empty={run !== undefined && grouped.length === 0 ? 'Scalar models have rank 1.' : ''}
        />
      </FigureFrame>
    </FiguresOf>
  );
}

const EMPTY = new Float64Array(0);

function legendOf(runs: readonly Run[]): readonly LegendItem[] {
  return runs.flatMap((run, order) =>
    run.models.map((model) => ({
      id: seriesId(run.id, model.index),
      label: nameIn(runs, run, model),
      color: modelColor(model.index),
      dash: dashOf(order),
    })),
  );
}

/** A model's name, with its run's where there are several. */
function nameIn(runs: readonly Run[], run: Run, model: RunModel): string {
  return runs.length > 1 ? `${model.name}, ${run.name}` : model.name;
}
