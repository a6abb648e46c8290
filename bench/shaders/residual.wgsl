// Gradient of the loss in the reconstruction: g = -2/B (x - xhat). xhat stands in
// PARTS sums [PARTS, LENGTH]. Dispatch: ceil(LENGTH / 64)
// workgroups, folded.

override LENGTH: u32;
override B: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> xhat: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> g: array<vec4<f32>>;


@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = place_across(group) * 64u + lane;
  if (index >= LENGTH) { return; }
  var rest = x[index];
  for (var part = 0u; part < PARTS; part += 1u) { rest -= xhat[part * LENGTH + index]; }
  g[index] = -2.0 / f32(B) * rest;
}
