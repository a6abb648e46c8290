// Adam on stored gradients, clipped by their global norm: g <- g min(1, max_norm / (norm + 1e-6)).
// Used with max_grad_norm, and where the gradient of a batch is added up slice by slice; otherwise no gradient is stored.
//
// weights, moment1, moment2, gradient   [LENGTH]   any tensor, as vec4s
// penalty                               the norm at NORM_OFFSET
// A parts/memory_….wgsl says which betas a number has; numbers that share a vec4 have the same.
// DECAY: whether decoupled weight decay applies (biases do not decay).
// Dispatch: up to 4096 workgroups of 64, each thread strides. Source: docs/method/training.md, Optimiser.

override LENGTH: u32;
override NORM_OFFSET: u32;
override DECAY: bool;

@group(0) @binding(0) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> moment1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> moment2: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> penalty: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  // A gradient that is not finite anywhere leaves all weights as they were (see update_rows.wgsl).
  if ((bitcast<u32>(penalty[NORM_OFFSET]) & 0x7f800000u) == 0x7f800000u) { return; }
  let clip = min(1.0, uniforms.max_grad_norm / (penalty[NORM_OFFSET] + 1e-6));
  for (var i = id.x; i < LENGTH; i += groups.x * 64u) {
    let g = clip * gradient[i];
    let m = uniforms.beta1 * moment1[i] + (1.0 - uniforms.beta1) * g;
    let memory = memory_of(4u * i);
    let v = memory.x * moment2[i] + memory.y * g * g;
    moment1[i] = m;
    moment2[i] = v;
    let corrections = corrections_of(4u * i);
    var direction = m * corrections.x / (sqrt(v * corrections.y) + vec4<f32>(uniforms.epsilon));
    if (DECAY) { direction += uniforms.weight_decay * weights[i]; }
    weights[i] -= uniforms.lr * direction;
  }
}
