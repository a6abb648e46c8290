// Causal attention with grouped queries, one head of one row per thread, without a matrix of scores:
//
//   out[m, h] = sum_s softmax_s(SCALE q[m, h] . k[s, h / GROUP]) v[s, h / GROUP],   s = 0 … position of m
//
// The softmax runs along: a new largest score rescales what has been summed so far, so no exponential
// overflows. Rows are [sequences, POSITIONS]; row m is position uniforms.position + m % POSITIONS.
// queries       [M, QUERY4]                       QUERY4 = heads * HD4
// keys_values   [sequences, CAPACITY, 2, KEY4]    KEY4 = kv heads * HD4
// attended      [M, STRIDE] vec4s
// Dispatch: ceil(M*HEADS / 64) workgroups, folded. Source: Milakov & Gimelshein 2018; Dao et al. 2022.

override M: u32;
override HEADS: u32;
override GROUP: u32;
override HD4: u32;
override QUERY4: u32;
override KEY4: u32;
override POSITIONS: u32;
override CAPACITY: u32;
override STRIDE: u32;
override SCALE: f32;

/// vec4s of the widest head.
const MOST = 32u;

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> keys_values: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> attended: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = place_across(group) * 64u + lane;
  if (index >= M * HEADS) { return; }
  let row = index % M;
  let head = index / M;
  let position = uniforms.position + row % POSITIONS;
  let query = row * QUERY4 + head * HD4;
  let row_of_keys = 2u * KEY4;
  let keys = (row / POSITIONS) * CAPACITY * row_of_keys + (head / GROUP) * HD4;

  var sums: array<vec4<f32>, MOST>;
  var largest = -3e38;
  var total = 0.0;
  for (var s = 0u; s <= position; s += 4u) {
    // Keys past the position repeat it; their scores are replaced below.
    let k0 = keys + s * row_of_keys;
    let k1 = keys + min(s + 1u, position) * row_of_keys;
    let k2 = keys + min(s + 2u, position) * row_of_keys;
    let k3 = keys + min(s + 3u, position) * row_of_keys;
    var scores = vec4<f32>(0.0);
    for (var c = 0u; c < HD4; c += uniforms.one) {
      let q = queries[query + c];
      scores += vec4<f32>(
        dot(q, keys_values[k0 + c]), dot(q, keys_values[k1 + c]),
        dot(q, keys_values[k2 + c]), dot(q, keys_values[k3 + c]));
    }
    let seen = vec4<u32>(s, s + 1u, s + 2u, s + 3u) <= vec4<u32>(position);
    scores = select(vec4<f32>(-3e38), scores * SCALE, seen);
    let peak = max(largest, max(max(scores.x, scores.y), max(scores.z, scores.w)));
    let shrink = exp(max(largest - peak, -100.0));
    let p = select(vec4<f32>(0.0), exp(max(scores - peak, vec4<f32>(-100.0))), seen);
    largest = peak;
    total = total * shrink + dot(p, vec4<f32>(1.0));
    for (var c = 0u; c < HD4; c += uniforms.one) {
      sums[c] = sums[c] * shrink
        + p.x * keys_values[k0 + KEY4 + c] + p.y * keys_values[k1 + KEY4 + c]
        + p.z * keys_values[k2 + KEY4 + c] + p.w * keys_values[k3 + KEY4 + c];
    }
  }
  for (var c = 0u; c < HD4; c += uniforms.one) {
    attended[row * STRIDE + head * HD4 + c] = sums[c] / total;
  }
}
