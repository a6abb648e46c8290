/**
 * The kernels of a language model: WGSL files, those that share a text put together here (WGSL has no
 * imports). A linear layer is three texts: how W is read, how products are summed, where outputs go.
 */
import attentionDecode from '../../shaders/attention_decode.wgsl?raw';
import attentionDirect from '../../shaders/attention_direct.wgsl?raw';
import attentionQuads from '../../shaders/attention_quads.wgsl?raw';
import attentionTiled from '../../shaders/attention_tiled.wgsl?raw';
import embedTokens from '../../shaders/embed_tokens.wgsl?raw';
import fourVectors from '../../shaders/four_vectors.wgsl?raw';
import headsOutput from '../../shaders/heads_output.wgsl?raw';
import linearDirect from '../../shaders/linear_direct.wgsl?raw';
import linearOutput from '../../shaders/linear_output.wgsl?raw';
import linearQuads from '../../shaders/linear_quads.wgsl?raw';
import linearTiled from '../../shaders/linear_tiled.wgsl?raw';
import logitsOutput from '../../shaders/logits_output.wgsl?raw';
import normResidual from '../../shaders/norm_residual.wgsl?raw';
import random from '../../shaders/random.wgsl?raw';
import samplePart from '../../shaders/sample_part.wgsl?raw';
import sampleToken from '../../shaders/sample_token.wgsl?raw';
import weightRows from '../../shaders/weight_rows.wgsl?raw';
import type { Kernel } from '../gpu/plan';
import type { KernelFamily } from './transformer_layout';

/** The kernels of a linear layer whose outputs `output` takes. */
function linearKernels(name: string, output: string): Readonly<Record<KernelFamily, Kernel>> {
  return {
    direct: { name: `${name}_direct`, source: weightRows + linearDirect + output },
    quads: {
      name: `${name}_quads`,
      source: weightRows + linearQuads + output,
      enables: ['subgroups'],
    },
    tiled: { name: `${name}_tiled`, source: weightRows + fourVectors + linearTiled + output },
  };
}

export const projectKernels = linearKernels('project', linearOutput);
export const projectHeadsKernels = linearKernels('project_heads', headsOutput);
export const unembedKernels = linearKernels('unembed', logitsOutput);

export const kernels = {
  embed_tokens: { name: 'embed_tokens', source: weightRows + embedTokens },
  norm_residual: { name: 'norm_residual', source: normResidual },
  attention_decode: { name: 'attention_decode', source: attentionDecode },
  attention_direct: { name: 'attention_direct', source: attentionDirect },
  attention_quads: { name: 'attention_quads', source: attentionQuads, enables: ['subgroups'] },
  attention_tiled: { name: 'attention_tiled', source: fourVectors + attentionTiled },
  sample_part: { name: 'sample_part', source: random + samplePart },
  sample_token: { name: 'sample_token', source: sampleToken },
} as const satisfies Record<string, Kernel>;
