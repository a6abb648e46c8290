// Norms of the atoms: for a penalty that weighs codes by them, and for the choice of columns (choose_columns.wgsl).
//
// decoder        [N, D4]
// decoder_norms  [N]        ||D_j||
// A parts/norms_….wgsl says whether their inverses are kept as well.
// Dispatch: ceil(N / 64) workgroups of 64. Source: docs/method/model.md, ReLU + L1 weighted by decoder norm.

override N: u32;
override D4: u32;

@group(0) @binding(0) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> decoder_norms: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= N) { return; }
  var sum = 0.0;
  for (var c = 0u; c < D4; c += 1u) {
    let value = decoder[id.x * D4 + c];
    sum += dot(value, value);
  }
  let norm = sqrt(max(sum, 1e-30));
  decoder_norms[id.x] = norm;
  keep_inverse(id.x, 1.0 / norm);
}
