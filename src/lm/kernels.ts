/**
 * The kernels of a language model: WGSL files, those that share a text put together here (WGSL has no
 * imports). A linear layer is three texts: how W is read, how products are summed, where outputs go.
 */
import attentionDirect from '../../shaders/attention_direct.wgsl?raw';
import embedTokens from '../../shaders/embed_tokens.wgsl?raw';
import headsOutput from '../../shaders/heads_output.wgsl?raw';
import linearDirect from '../../shaders/linear_direct.wgsl?raw';
import linearOutput from '../../shaders/linear_output.wgsl?raw';
import linearTiled from '../../shaders/linear_tiled.wgsl?raw';
import normResidual from '../../shaders/norm_residual.wgsl?raw';
import random from '../../shaders/random.wgsl?raw';
import samplePart from '../../shaders/sample_part.wgsl?raw';
import sampleToken from '../../shaders/sample_token.wgsl?raw';
import weightRows from '../../shaders/weight_rows.wgsl?raw';
import type { Kernel } from '../gpu/plan';

export const kernels = {
  embed_tokens: { name: 'embed_tokens', source: weightRows + embedTokens },
  norm_residual: { name: 'norm_residual', source: normResidual },
  project_direct: { name: 'project_direct', source: weightRows + linearDirect + linearOutput },
  project_tiled: { name: 'project_tiled', source: weightRows + linearTiled + linearOutput },
  project_heads_direct: {
    name: 'project_heads_direct',
    source: weightRows + linearDirect + headsOutput,
  },
  project_heads_tiled: {
    name: 'project_heads_tiled',
    source: weightRows + linearTiled + headsOutput,
  },
  attention_direct: { name: 'attention_direct', source: attentionDirect },
  sample_part: { name: 'sample_part', source: random + samplePart },
  sample_token: { name: 'sample_token', source: sampleToken },
} as const satisfies Record<string, Kernel>;
