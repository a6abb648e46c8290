/**
 * The kernels of the data: WGSL files, each with the shared texts it calls put in front of it (WGSL has
 * no imports).
 */
import gatherRows from '../../shaders/gather_rows.wgsl?raw';
import makeZooBatch from '../../shaders/make_zoo_batch.wgsl?raw';
import random from '../../shaders/random.wgsl?raw';
import scatterRows from '../../shaders/scatter_rows.wgsl?raw';
import type { Kernel } from '../gpu/plan';

export const makeZooBatchKernel: Kernel = {
  name: 'make_zoo_batch',
  source: random + makeZooBatch,
};

export const gatherRowsKernel: Kernel = {
  name: 'gather_rows',
  source: random + gatherRows,
};

export const scatterRowsKernel: Kernel = {
  name: 'scatter_rows',
  source: scatterRows,
};
