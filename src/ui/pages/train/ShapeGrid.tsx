/**
 * The known shapes as each model holds them: a row a model, a column a shape, every point in the colour of
 * the unit that owns it. Before training the points are grey. Where there are many features, three are
 * drawn and a strip below counts the units of all.
 */
import { memo, useState } from 'react';
import { useBenchFacts } from '../../../state/bench_facts';
import { useExperiment } from '../../../state/experiment_store';
import { architectureOf, nameOf } from '../../../state/model_settings';
import type { ShapeState } from '../../../lab/protocol';
import type { RunModel } from '../../../state/run_record';
import { Choice } from '../../parts/Choice';
import { modelColor } from '../../plots/palette';
import type { Rotation, UnitSlots } from '../../plots/props';
import { ShapeView } from '../../plots/ShapeView';
import { assignUnitSlots } from '../../plots/unit_slots';
import { FeatureStrip } from './FeatureStrip';
import { captionOf, firstFeatures, heading } from './shape_rows';
import { useShownRun } from './shown_run';
import './shapes.css';

/** A first look that shows all three shapes as what they are. */
const FIRST_LOOK: Rotation = { azimuth: 0.5, elevation: 0.52 };
const NO_SHAPES: readonly ShapeState[] = [];
/** Columns that stand empty while the data are being read. */
const AWAITED: readonly number[] = [0, 1, 2];

interface Row {
  readonly name: string;
  readonly unitName: RunModel['unitName'];
  readonly shapes: readonly ShapeState[];
  /** False while the shapes are those of the untrained data. */
  readonly trained: boolean;
}

export function ShapeGrid() {
  const previewed = useBenchFacts((facts) => facts.preview?.shapes ?? NO_SHAPES);
  const drafts = useExperiment((state) => state.draft.models);
  const models = useShownRun((run) => run.models);
  const [rotation, setRotation] = useState(FIRST_LOOK);
  const rows: readonly Row[] =
    models?.map(({ name, unitName, shapes }) => ({
      name,
      unitName,
      shapes: shapes?.shapes ?? previewed,
      trained: shapes !== null,
    })) ??
    drafts.map((draft) => ({
      name: nameOf(draft),
      unitName: architectureOf(draft) === 'topk_sasa' ? 'group' : 'latent',
      shapes: previewed,
      trained: false,
    }));
  const all = rows[0]?.shapes ?? NO_SHAPES;
  const [picked, setPicked] = useState<readonly number[] | null>(null);
  const fitting = picked?.every((feature) => feature < all.length) === true ? picked : null;
  const columns = fitting ?? (all.length === 0 ? AWAITED : firstFeatures(all));
  const many = all.length > 3;
  const pick = (column: number, feature: number) =>
    setPicked(columns.map((old, index) => (index === column ? feature : old)));

  return (
    <div className="shapes" data-many={many}>
      <div className="shape-grid" style={{ '--columns': columns.length }}>
        <div className="shape-head" />
        {columns.map((feature, column) => (
          <div className="shape-head" key={column}>
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
              heading(all[feature]?.name ?? '')
            )}
          </div>
        ))}
        {rows.map((row, index) => (
          <ShapeRow
            key={index}
            row={row}
            color={modelColor(index)}
            columns={columns}
            rotation={rotation}
            onRotation={setRotation}
          />
        ))}
      </div>
      {many && <FeatureStrip rows={rows} onPick={(feature) => pick(0, feature)} shown={columns} />}
    </div>
  );
}

interface ShapeRowProps {
  readonly row: Row;
  readonly color: string;
  readonly columns: readonly number[];
  readonly rotation: Rotation;
  readonly onRotation: (rotation: Rotation) => void;
}

const ShapeRow = memo(function ShapeRow(props: ShapeRowProps) {
  const { row, color, columns, rotation, onRotation } = props;
  const slots = useKeptSlots(row.shapes, columns);
  return (
    <>
      <div className="shape-model">
        <b>{row.name}</b>
        <span className="quiet">
          {row.unitName === 'group'
            ? 'a point takes the colour of its group'
            : 'a point takes the colour of its strongest latent'}
        </span>
      </div>
      {columns.map((feature, column) => {
        const shape = row.shapes[feature];
        if (shape === undefined) return <div className="shape-cell" key={column} />;
        const caption = row.trained ? captionOf(shape, row.unitName) : undefined;
        return (
          <div className="shape-cell" key={column}>
            <ShapeView
              label={`${heading(shape.name)}, ${row.name}`}
              points={shape.points}
              owners={shape.owners}
              modelColor={color}
              slots={slots}
              unitName={row.unitName}
              rotation={rotation}
              onRotation={onRotation}
              caption={caption?.text}
              captionDetail={caption?.detail}
            />
          </div>
        );
      })}
    </>
  );
});

/** Colour slots of a model's units over its panels; a unit keeps its colour from probe to probe. */
function useKeptSlots(shapes: readonly ShapeState[], columns: readonly number[]): UnitSlots {
  const [kept, setKept] = useState<{
    readonly shapes: readonly ShapeState[] | null;
    readonly columns: readonly number[];
    readonly slots: UnitSlots;
  }>({ shapes: null, columns, slots: new Map() });
  if (kept.shapes === shapes && kept.columns.join() === columns.join()) return kept.slots;
  const owners = columns.flatMap((feature) => {
    const shape = shapes[feature];
    return shape === undefined ? [] : [shape.owners];
  });
  const slots = assignUnitSlots(owners, kept.slots);
  setKept({ shapes, columns, slots });
  return slots;
}
