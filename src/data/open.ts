/**
 * The one door to data: a run's data settings and access to files in, a source of activations out. The
 * settings are validated before they come here; files are read and parsed by whoever owns them.
 */
import { openMatrixSource, type MatrixFile } from './npy_source';
import type { ReadySource } from './source';
import type { RowOrder } from './table_source';
import { openWordSource, type ReadShipped } from './words';
import { zooPreset, type ZooPresetName } from './zoo_presets';
import { openZooSource } from './zoo_source';

/** The data settings of a run. */
export type SourceConfig =
  | { readonly kind: 'synthetic'; readonly preset: ZooPresetName; readonly seed: number }
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
      const { label, spec } = zooPreset(config.preset);
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

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
