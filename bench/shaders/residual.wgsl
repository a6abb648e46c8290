// Gradient of the loss in the reconstruction: g = -2/B (x - xhat). Dispatch: ceil(LENGTH / 64).

override LENGTH: u32;
override B: u32;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> xhat: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> g: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < LENGTH) { g[id.x] = -2.0 / f32(B) * (x[id.x] - xhat[id.x]); }
}
