// Keeps the values of the winning groups and zeroes the rest, in place, on a dense [B, N].
// `fired` has a bit for every row and group. Dispatch: ceil(B*K / 64)
// workgroups, folded.

override B: u32;
override K: u32;
override R: u32;
override WORDS: u32;

@group(0) @binding(0) var<storage, read> fired: array<u32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;


@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = place_across(group) * 64u + lane;
  if (index >= B * K) { return; }
  let row = index / K;
  let word = fired[(index % K) * WORDS + row / 32u];
  if (((word >> (row % 32u)) & 1u) == 0u) {
    for (var i = 0u; i < R; i += 1u) { values[index * R + i] = 0.0; }
  }
}
