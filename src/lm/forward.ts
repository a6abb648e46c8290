/**
 * A forward pass over whole sequences, compiled for one shape: from the embedding or from a hook, to a hook or
 * to the logits. Passes that go on from one another share tokens and residual, so others can read or change
 * the residual stream between them.
 */
import { LabError } from '../base/lab_error';
import { bufferOf, type BufferMap } from '../gpu/buffer_set';
import { openPlan } from '../gpu/open_plan';
import type { BufferSpec, Pass, Plan } from '../gpu/plan';
import type { Forward, ForwardShape } from './language_model';
import {
  blockBuffers,
  blockPasses,
  embedPass,
  logitsBuffer,
  prefillUniforms,
  residualBuffer,
  tokensBuffer,
  transformerUniforms,
  unembedPasses,
} from './transformer_plan';
import type { RowShape, TransformerParts } from './transformer_passes';

/** How a pass that does not fit is made smaller. */
const SMALLER_PASS = 'Use fewer sequences at once, or shorter ones.';

const KEYS_VALUES = 'keys_values';

/** The plan of a forward pass. `weightNames` are the imports that every pass may read. */
export function forwardPlan(
  parts: TransformerParts,
  shape: ForwardShape,
  weightNames: readonly string[],
): Plan {
  const { layers } = parts.config;
  const { sequences, positions, from, until, continues } = shape;
  const rows: RowShape = { sequences, positions, capacity: positions };
  const last = until === 'logits' ? layers : until;
  const blocks = Array.from({ length: last - from }, (_, i) => from + i);
  const passes: Pass[] = [
    ...(from === 0 && continues === undefined ? [embedPass(parts, rows)] : []),
    ...blocks.flatMap((block) => blockPasses(parts, rows, block, KEYS_VALUES)),
    ...(until === 'logits' ? unembedPasses(parts, rows) : []),
  ];
  const shared = continues === undefined ? [tokensBuffer(rows), residualBuffer(parts, rows)] : [];
  const own: BufferSpec[] = [...shared, ...blockBuffers(parts, rows, [KEYS_VALUES])];
  if (until === 'logits') own.push(logitsBuffer(parts, rows));
  return {
    name: 'language model',
    uniform: transformerUniforms,
    buffers: own,
    imports: [...weightNames, ...(continues === undefined ? [] : ['tokens', 'residual'])],
    clears: [],
    passes,
  };
}

/** Compiles a forward pass. Throws LabError `bad_config`, `out_of_memory` or `gpu_validation`. */
export async function createForward(
  device: GPUDevice,
  parts: TransformerParts,
  weights: BufferMap,
  shape: ForwardShape,
): Promise<Forward> {
  checkShape(parts, shape);
  const plan = forwardPlan(parts, shape, [...weights.keys()]);
  const imports = new Map(weights);
  const { continues } = shape;
  if (continues !== undefined) {
    imports.set('tokens', continues.tokens);
    imports.set('residual', continues.residual);
  }
  const { own, runner, destroy } = await openPlan(device, plan, imports, { wayOut: SMALLER_PASS });
  runner.setUniforms(0, prefillUniforms);
  runner.upload();
  const buffers = new Map([...imports, ...own]);
  const tokens = bufferOf(buffers, 'tokens', plan.name);
  return {
    shape,
    tokens,
    residual: bufferOf(buffers, 'residual', plan.name),
    logits: own.get('logits') ?? null,
    setTokens: (values) => {
      const expected = shape.sequences * shape.positions;
      if (values.length !== expected) {
        throw new LabError(
          'internal',
          `A forward pass over ${shape.sequences} × ${shape.positions} tokens was given ${values.length}.`,
          'Pad every sequence to the same length.',
        );
      }
      device.queue.writeBuffer(tokens, 0, new Uint32Array(values));
    },
    record: (pass) => runner.record(pass),
    destroy,
  };
}

function checkShape({ config }: TransformerParts, shape: ForwardShape): void {
  const { sequences, positions, from, until, continues } = shape;
  const last = until === 'logits' ? config.layers : until;
  const refuse = (sentence: string, wayOut: string) => new LabError('bad_config', sentence, wayOut);
  if (positions < 1 || positions > config.context) {
    throw refuse(
      `The language model reads 1 to ${config.context} positions, not ${positions}.`,
      'Cut the text into windows.',
    );
  }
  if (from < 0 || last > config.layers || from > last) {
    throw refuse(
      `There are no blocks ${from} to ${until} in a language model of ${config.layers} blocks.`,
      `Choose a layer from 0 to ${config.layers}.`,
    );
  }
  if (
    continues !== undefined &&
    (continues.shape.sequences !== sequences || continues.shape.positions !== positions)
  ) {
    throw refuse(
      `A forward pass over ${sequences} × ${positions} rows cannot go on from one over ${continues.shape.sequences} × ${continues.shape.positions}.`,
      'Give both the same shape.',
    );
  }
}
