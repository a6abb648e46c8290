/**
 * The known shapes as each model holds them: one row per model, one column per shape, every point in the colour of the unit
 * that owns it, and under each shape the units by name, which open them. Before training the points are grey. Where
 * there are many features, three are drawn and a strip below counts the units of all.
 */
import { memo, useMemo, useState } from 'react';
import { useDraftFacts } from '../../../state/draft_facts';
import { useExperiment } from '../../../state/experiment_store';
import type { Settings } from '../../../state/experiment_draft';
import { architectureOf, nameOf } from '../../../state/model_settings';
import type { ShapeState } from '../../../lab/protocol/protocol';
import type { RunModel } from '../../../state/run_record';
import { Choice } from '../../parts/Choice';
import { FigureFrame } from '../../plots/FigureFrame';
import { modelColor } from '../../plots/palette';
import { FIRST_VIEW } from '../../plots/projection';
import type { Rotation, UnitSlots } from '../../plots/props';
import { ShapeView } from '../../plots/ShapeView';
import { navigate } from '../../route';
import { slotsOfProbe, type UnitsOf } from '../../unit_colors';
import { FeatureStrip } from './FeatureStrip';
import { ShapeCaption } from './ShapeCaption';
import { captionOf, firstFeatures, heading } from './shape_rows';
import { shapesHint, shapesTable, type ShapeModel } from './shapes_table';
import { useModelsShown, useShownCheckpoint } from './shown_checkpoint';
import { useShownRun, useShownRunId } from './shown_run';
import './shapes.css';

/** A first look that shows all three shapes as what they are. */
const NO_SHAPES: readonly ShapeState[] = [];
/** Columns that stand empty while the data are being read. */
const AWAITED: readonly number[] = [0, 1, 2];
const NO_SLOTS: UnitSlots = new Map();

export function ShapeGrid() {
  const previewed = useDraftFacts((facts) => facts.preview?.shapes ?? NO_SHAPES);
  const drafts = useExperiment((state) => state.draft.models);
  const models = useModelsShown();
  const runId = useShownRunId();
  const openable = useShownRun((run) => run.inEngine) === true;
  const [rotation, setRotation] = useState(FIRST_VIEW);
  const rows = useMemo(() => rowsOf(models, drafts, previewed), [models, drafts, previewed]);
  const all = rows[0]?.shapes ?? NO_SHAPES;
  const [picked, setPicked] = useState<readonly number[] | null>(null);
  const columns = useMemo(() => {
    if (picked?.every((feature) => feature < all.length) === true) return picked;
    return all.length === 0 ? AWAITED : firstFeatures(all);
  }, [picked, all]);
  const many = all.length > 3;
  const pick = (column: number, feature: number) =>
    setPicked(columns.map((old, index) => (index === column ? feature : old)));

  return (
    <FigureFrame
      variant="bare"
      className="shapes-figure"
      title="Shapes by the units that hold them"
      fileName="shapes"
      hint={shapesHint(rows)}
      csv={() => shapesTable(rows)}
    >
      <div className="panel shapes" data-many={many}>
        <div className="shape-grid" style={{ '--columns': columns.length }}>
          <div className="shape-head" />
          {columns.map((feature, column) => (
            <div className="shape-head" key={column} data-last={column === columns.length - 1}>
              {many ? (
                <Choice
                  variant="quiet"
                  label={`Feature of column ${column + 1}`}
                  value={String(feature)}
                  options={all.map(({ name, dimension }, index) => ({
                    value: String(index),
                    label: heading(name),
                    detail: `${dimension}-D`,
                  }))}
                  onChange={(value) => pick(column, Number(value))}
                />
              ) : (
                <span data-export="text">{heading(all[feature]?.name ?? '')}</span>
              )}
            </div>
          ))}
          {rows.map((row, model) => (
            <ShapeRow
              key={model}
              row={row}
              model={model}
              models={rows.length}
              runId={row.trained ? runId : null}
              openable={openable}
              columns={columns}
              rotation={rotation}
              onRotation={setRotation}
            />
          ))}
        </div>
        {many && (
          <FeatureStrip rows={rows} onPick={(feature) => pick(0, feature)} shown={columns} />
        )}
      </div>
    </FigureFrame>
  );
}

function rowsOf(
  models: readonly RunModel[] | undefined,
  drafts: readonly Settings[],
  previewed: readonly ShapeState[],
): readonly ShapeModel[] {
  return (
    models?.map(({ name, unitName, shapes }) => ({
      name,
      unitName,
      shapes: shapes?.shapes ?? previewed,
      trained: shapes !== null,
      rows: shapes?.rows ?? null,
    })) ??
    drafts.map((draft) => ({
      name: nameOf(draft),
      unitName: architectureOf(draft).words.unit,
      shapes: previewed,
      trained: false,
      rows: null,
    }))
  );
}

interface ShapeRowProps {
  readonly row: ShapeModel;
  readonly model: number;
  readonly models: number;
  /** Null while the model is not trained. */
  readonly runId: string | null;
  /** Whether the engine still holds the weights, so that a unit can be opened. */
  readonly openable: boolean;
  readonly columns: readonly number[];
  readonly rotation: Rotation;
  readonly onRotation: (rotation: Rotation) => void;
}

const ShapeRow = memo(function ShapeRow(props: ShapeRowProps) {
  const { row, model, models, runId, openable, columns, rotation, onRotation } = props;
  const { shapes, unitName } = row;
  const slots = useMemo(
    () => (runId === null ? NO_SLOTS : slotsOf({ runId, model, models }, shapes, columns)),
    [runId, model, models, shapes, columns],
  );
  const step = useShownCheckpoint();
  const open = (unit: number) => navigate('groups', { model, group: unit, step });
  return (
    <>
      <div className="shape-model">
        <b>
          <span className="swatch" style={{ background: modelColor(model) }} aria-hidden="true" />
          <span data-export="text">{row.name}</span>
        </b>
        <span className="quiet" data-export="text">
          {runId === null
            ? 'not trained'
            : unitName === 'group'
              ? 'colour: the group'
              : 'colour: the strongest latent'}
        </span>
      </div>
      {columns.map((feature, column) => {
        const shape = shapes[feature];
        if (shape === undefined) return <div className="shape-cell" key={column} />;
        return (
          <div className="shape-cell" key={column}>
            <ShapeView
              label={`${heading(shape.name)}, ${row.name}`}
              points={shape.points}
              owners={shape.owners}
              slots={slots}
              unitName={unitName}
              rotation={rotation}
              onRotation={onRotation}
              onPick={runId !== null && openable ? open : undefined}
              caption={
                runId === null ? undefined : (
                  <ShapeCaption
                    caption={captionOf(shape, unitName)}
                    noun={unitName}
                    model={model}
                    openable={openable}
                    slots={slots}
                  />
                )
              }
            />
          </div>
        );
      })}
    </>
  );
});

function slotsOf(
  of: UnitsOf,
  shapes: readonly ShapeState[],
  columns: readonly number[],
): UnitSlots {
  const all = shapes.map(({ owners }) => owners);
  const drawn = columns.flatMap((feature) => all[feature] ?? []);
  return slotsOfProbe(of, drawn, all);
}
