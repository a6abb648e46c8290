// Squared norms of stored pre-activations: scores[b, k] = ||pre[b, k, :]||^2. Dispatch: ceil(B*K / 64).

override COUNT: u32;
override R: u32;

@group(0) @binding(0) var<storage, read> pre: array<f32>;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= COUNT) { return; }
  var sum = 0.0;
  for (var i = 0u; i < R; i += 1u) { sum += pre[id.x * R + i] * pre[id.x * R + i]; }
  scores[id.x] = sum;
}
