// The dense half of a step: how strongly every group answers to every row, without ever storing the
// pre-activations of a group. Variant without workgroup memory, for adapters whose barriers are slow.
//
//   parts/score_norm.wgsl    score[b, k] = ||E_k row_b + b_enc,k||_2^2
//   parts/score_value.wgsl   score[b, k] = e_k . row_b + b_enc,k          (signed, R = 1)
//
// rows       [sections, B, D4]  section SECTION is read
// encoder    [N, D4]       N = K*R rows, group-major
// biases     [N4*4 | d]    encoder biases first
// dead_list  [1 + K]       0: how many units; then the units. Read when COMPACT: unit = dead_list[1 + position]
// scores     [B, K]        by position; unit = position when not COMPACT
// A thread makes 4 rows x 1 group (of rank 1: 4 rows x 4 units).
// Dispatch: ceil(positions / 8) workgroups across, folded, positions = K or, of rank 1, ceil(K/4); ceil(ceil(B/4) / 8) down.
// Source: docs/method/model.md.

override B: u32;
override D4: u32;
override K: u32;
override R: u32;
override SECTION: u32;
override COMPACT: bool;
override USE_BIAS: bool;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> dead_list: array<u32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

fn unit_at(position: u32, units: u32) -> u32 {
  let safe = min(position, units - 1u);
  if (COMPACT) { return dead_list[1u + safe]; }
  return safe;
}

fn bias(latent: u32) -> vec4<f32> {
  if (USE_BIAS) { return vec4<f32>(biases[latent]); }
  return vec4<f32>(0.0);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  var units = K;
  if (COMPACT) { units = dead_list[0]; }
  let place = place_across(group) * 8u + local.x;
  let first = select(place, place * 4u, R == 1u);
  let token = (group.y * 8u + local.y) * 4u;
  if (first >= units || token >= B) { return; }
  let base = SECTION * B;
  let x0 = (base + token) * D4;
  let x1 = (base + min(token + 1u, B - 1u)) * D4;
  let x2 = (base + min(token + 2u, B - 1u)) * D4;
  let x3 = (base + min(token + 3u, B - 1u)) * D4;

  var sum = vec4<f32>(0.0);
  let chunks = (R + 3u) / 4u;
  let latent = unit_at(first, units) * R;
  for (var chunk = 0u; chunk < chunks; chunk += 1u) {
    let j = chunk * 4u;
    var n0 = latent + j;
    var n1 = latent + min(j + 1u, R - 1u);
    var n2 = latent + min(j + 2u, R - 1u);
    var n3 = latent + min(j + 3u, R - 1u);
    if (R == 1u) {
      n1 = unit_at(first + 1u, units);
      n2 = unit_at(first + 2u, units);
      n3 = unit_at(first + 3u, units);
    }
    var a0 = bias(n0);
    var a1 = bias(n1);
    var a2 = bias(n2);
    var a3 = bias(n3);
    for (var c = 0u; c < D4; c += 1u) {
      let v0 = rows[x0 + c];
      let v1 = rows[x1 + c];
      let v2 = rows[x2 + c];
      let v3 = rows[x3 + c];
      let w0 = encoder[n0 * D4 + c];
      let w1 = encoder[n1 * D4 + c];
      let w2 = encoder[n2 * D4 + c];
      let w3 = encoder[n3 * D4 + c];
      a0 += vec4<f32>(dot(v0, w0), dot(v1, w0), dot(v2, w0), dot(v3, w0));
      a1 += vec4<f32>(dot(v0, w1), dot(v1, w1), dot(v2, w1), dot(v3, w1));
      a2 += vec4<f32>(dot(v0, w2), dot(v1, w2), dot(v2, w2), dot(v3, w2));
      a3 += vec4<f32>(dot(v0, w3), dot(v1, w3), dot(v2, w3), dot(v3, w3));
    }
    if (R == 1u) {
      store(token, first, score_of(a0));
      if (first + 1u < units) { store(token, first + 1u, score_of(a1)); }
      if (first + 2u < units) { store(token, first + 2u, score_of(a2)); }
      if (first + 3u < units) { store(token, first + 3u, score_of(a3)); }
    } else {
      sum += score_of(a0);
      if (j + 1u < R) { sum += score_of(a1); }
      if (j + 2u < R) { sum += score_of(a2); }
      if (j + 3u < R) { sum += score_of(a3); }
    }
  }
  if (R > 1u) { store(token, first, sum); }
}

fn store(token: u32, position: u32, values: vec4<f32>) {
  scores[token * K + position] = values.x;
  if (token + 1u < B) { scores[(token + 1u) * K + position] = values.y; }
  if (token + 2u < B) { scores[(token + 2u) * K + position] = values.z; }
  if (token + 3u < B) { scores[(token + 3u) * K + position] = values.w; }
}
