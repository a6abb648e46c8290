// Rescales every encoder and decoder row to unit norm (released code's `encoder_norm_renorm`); zero rows
// stay. Runs before the forward pass of models whose penalty is on the decoder.
//
// encoder, decoder  [N, D4]
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/training.md, option `decoder`.

override N: u32;
override D4: u32;
override WG: u32;


@group(0) @binding(0) var<storage, read_write> encoder: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> decoder: array<vec4<f32>>;

var<workgroup> partial: array<vec2<f32>, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= N) { return; }
  var sums = vec2<f32>(0.0);
  for (var c = lane; c < D4; c += WG) {
    let e = encoder[row * D4 + c];
    let d = decoder[row * D4 + c];
    sums += vec2<f32>(dot(e, e), dot(d, d));
  }
  partial[lane] = sums;
  workgroupBarrier();
  sums = vec2<f32>(0.0);
  for (var i = 0u; i < WG; i += 1u) { sums += partial[i]; }
  let scale = 1.0 / sqrt(max(sums, vec2<f32>(1e-30)));
  for (var c = lane; c < D4; c += WG) {
    encoder[row * D4 + c] *= scale.x;
    decoder[row * D4 + c] *= scale.y;
  }
}
