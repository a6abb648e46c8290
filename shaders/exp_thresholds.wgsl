// Thresholds from their logarithms, at the end of a step: theta = exp(log theta).
//
// log_thresholds  [K]
// thresholds      [K]
// Dispatch: ceil(K / 64) workgroups of 64, folded. Source: docs/method/training.md.

override K: u32;

@group(0) @binding(0) var<storage, read> log_thresholds: array<f32>;
@group(0) @binding(1) var<storage, read_write> thresholds: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let unit = place_across(group) * 64u + lane;
  if (unit < K) { thresholds[unit] = exp(log_thresholds[unit]); }
}
