/**
 * The one door to data: a run's data settings and access to files in, a source of activations out. The
 * settings are validated before they come here; files are read and parsed by whoever owns them.
 */
import { openMatrixSource, type MatrixFile } from './npy_source';
import type { ReadySource } from './source';
import type { RowOrder } from './table_source';
import { openWordSource, type ReadShipped } from './words';
import { zooPreset, type ZooPreset, type ZooPresetName } from './zoo_presets';
import { ownZooLabel, type ZooSpec } from './zoo_spec';
import { openZooSource } from './zoo_source';

/** Made data: one that the lab has a name for, or a specification; the run's rules see to it that one of them is there. */
interface SyntheticConfig {
  readonly kind: 'synthetic';
  readonly preset?: ZooPresetName | undefined;
  readonly spec?: ZooSpec | undefined;
  readonly seed: number;
}

/** The data settings of a run. */
export type SourceConfig =
  | SyntheticConfig
  | { readonly kind: 'words' }
  | { readonly kind: 'npy'; readonly path: string; readonly order: RowOrder };

/** How sources get at files. */
export interface FileAccess {
  /** Files that ship with the lab; over HTTP: httpReader in shipped_files.ts. */
  readonly shipped: ReadShipped;
  /** A matrix that the person chose, by the path in the run's settings, parsed. */
  matrix(path: string): Promise<MatrixFile>;
}

/**
 * Opens the data of a run. `orderSeed` shuffles finite sources (a run gives its training seed); made data
 * has a seed of its own. Throws LabError `bad_file`, `bad_data` or what the access throws.
 */
export async function openSource(
  config: SourceConfig,
  access: FileAccess,
  orderSeed: number,
): Promise<ReadySource> {
  switch (config.kind) {
    case 'synthetic': {
      const { label, spec } = zooOf(config);
      return openZooSource(spec, config.seed, label);
    }
    case 'words':
      return openWordSource(access.shipped, orderSeed);
    case 'npy': {
      const matrix = await access.matrix(config.path);
      return openMatrixSource(matrix, fileName(config.path), config.order, orderSeed);
    }
  }
}

function zooOf({ preset, spec }: SyntheticConfig): ZooPreset {
  if (spec !== undefined) return { label: ownZooLabel(spec), spec };
  if (preset !== undefined) return zooPreset(preset);
  throw new RangeError('made data have a preset or a specification');
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
