// Adam on a stored gradient plus the nuclear term lambda * M_k W_k. Each thread owns a vec4 column of a
// group, because the term mixes the rows of a block. Dispatch: ceil(K*D4 / 64)
// workgroups, folded.

override K: u32;
override R: u32;
override D4: u32;
override PENALTY_OFFSET: u32;
override PARTS: u32; // sums that the gradient stands in

@group(0) @binding(0) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> moment1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> moment2: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> penalty: array<f32>;


@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let thread = place_across(group) * 64u + lane;
  if (thread >= K * D4) { return; }
  let k = thread / D4;
  let c = thread % D4;
  var old: array<vec4<f32>, 32>;
  for (var i = 0u; i < R; i += 1u) { old[i] = weights[(k * R + i) * D4 + c]; }
  for (var i = 0u; i < R; i += 1u) {
    let at = (k * R + i) * D4 + c;
    var g = vec4<f32>(0.0);
    for (var part = 0u; part < PARTS; part += 1u) { g += gradient[part * K * R * D4 + at]; }
    for (var j = 0u; j < R; j += 1u) {
      g += uniforms.penalty_strength * penalty[PENALTY_OFFSET + (k * R + i) * R + j] * old[j];
    }
    let m = uniforms.beta1 * moment1[at] + (1.0 - uniforms.beta1) * g;
    let v = uniforms.beta2 * moment2[at] + (1.0 - uniforms.beta2) * g * g;
    moment1[at] = m;
    moment2[at] = v;
    weights[at] = old[i] - uniforms.lr * m * uniforms.correction1 / (sqrt(v * uniforms.correction2) + vec4<f32>(1e-8));
  }
}
