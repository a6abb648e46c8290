// What the adapter can multiply and add at most: the inner loop of scores_direct.wgsl (16 dot products of
// vec4s, accumulated) with its operands in registers instead of memory. Every thread does ROUNDS rounds of
// 16 * 8 floating-point operations and 16 more that change the operands, so that no round can be left out.
// Dispatch: any number of workgroups.

override ROUNDS: u32;

@group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let seed = f32(id.x % 64u) * 1e-3;
  var v0 = vec4<f32>(seed, 0.1, 0.2, 0.3);
  var v1 = vec4<f32>(0.4, seed, 0.5, 0.6);
  var v2 = vec4<f32>(0.7, 0.8, seed, 0.9);
  var v3 = vec4<f32>(0.2, 0.4, 0.6, seed);
  let w0 = vec4<f32>(0.11, -0.12, 0.13, -0.14);
  let w1 = vec4<f32>(-0.21, 0.22, -0.23, 0.24);
  let w2 = vec4<f32>(0.31, -0.32, 0.33, -0.34);
  let w3 = vec4<f32>(-0.41, 0.42, -0.43, 0.44);
  var a0 = vec4<f32>(0.0);
  var a1 = vec4<f32>(0.0);
  var a2 = vec4<f32>(0.0);
  var a3 = vec4<f32>(0.0);
  for (var round = 0u; round < ROUNDS; round += 1u) {
    a0 += vec4<f32>(dot(v0, w0), dot(v1, w0), dot(v2, w0), dot(v3, w0));
    a1 += vec4<f32>(dot(v0, w1), dot(v1, w1), dot(v2, w1), dot(v3, w1));
    a2 += vec4<f32>(dot(v0, w2), dot(v1, w2), dot(v2, w2), dot(v3, w2));
    a3 += vec4<f32>(dot(v0, w3), dot(v1, w3), dot(v2, w3), dot(v3, w3));
    v0 += w0;
    v1 += w1;
    v2 += w2;
    v3 += w3;
  }
  out[id.x] = a0 + a1 + a2 + a3;
}
