/** The latest numbers of all models side by side; dashes before the first. */
import type { Run } from '../../../state/run_record';
import { useExperiment } from '../../../state/experiment_store';
import { nameOf } from '../../../state/model_settings';
import { Hint } from '../../parts/Hint';
import { formatExact } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { useRunShown, useShownProbe } from './shown_checkpoint';
import { stepText, tilesFor, type Tile } from './tile_values';
import './tiles.css';

export function MetricTiles() {
  const run = useRunShown();
  const past = useShownProbe() !== null;
  const models = useExperiment((state) => state.draft.models);
  const dataKind = useExperiment((state) => state.draft.data.kind);
  const kind = run?.config.data.kind ?? dataKind;
  const names = run?.models.map((model) => model.name) ?? models.map(nameOf);
  return (
    <dl className="panel tiles" data-models={Math.min(names.length, 6)}>
      {tilesFor(kind === 'synthetic').map((tile) => (
        <TileCell key={tile.title} tile={tile} run={run} past={past} names={names} />
      ))}
    </dl>
  );
}

interface TileCellProps {
  readonly tile: Tile;
  readonly run: Run | undefined;
  /** Whether it is the run as it was at a checkpoint. */
  readonly past: boolean;
  readonly names: readonly string[];
}

function TileCell({ tile, run, past, names }: TileCellProps) {
  return (
    <div className="tile">
      <Hint text={tile.meaning} formula={tile.formula}>
        <dt tabIndex={0}>
          {tile.title} <small>{past && run !== undefined ? stepText(tile, run) : tile.rows}</small>
        </dt>
      </Hint>
      <dd className="tile-values">
        {names.map((name, index) => {
          const model = run?.models[index];
          const value =
            run === undefined || model === undefined ? undefined : tile.value(model, run);
          return (
            <span
              className="tile-value"
              key={index}
              title={value === undefined ? name : `${name}: ${formatExact(value)}`}
            >
              <i style={{ background: modelColor(index) }} />
              <span className="visually-hidden">{name}: </span>
              {value === undefined ? <span className="tile-none">–</span> : tile.format(value)}
              {value !== undefined && model !== undefined && tile.detail !== undefined && (
                <small>{tile.detail(model)}</small>
              )}
            </span>
          );
        })}
      </dd>
    </div>
  );
}
