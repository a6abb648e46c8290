// Squared norms of stored pre-activations: scores[b, k] = ||pre[b, k, :]||^2. Dispatch: ceil(B*K / 64)
// workgroups, folded.

override COUNT: u32;
override R: u32;

@group(0) @binding(0) var<storage, read> pre: array<f32>;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;


@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = place_across(group) * 64u + lane;
  if (index >= COUNT) { return; }
  var sum = 0.0;
  for (var i = 0u; i < R; i += 1u) { sum += pre[index * R + i] * pre[index * R + i]; }
  scores[index] = sum;
}
