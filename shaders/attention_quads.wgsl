// Causal attention with grouped queries over whole sequences, variant for software adapters with subgroups:
// as attention_direct.wgsl, one head of one row per thread, but each of four neighbouring threads loads one key
// or value of four and hands it to the others. Same bindings and result.
//
//   out[m, h] = sum_s softmax_s(SCALE q[m, h] . k[s, h / GROUP]) v[s, h / GROUP],   s = 0 … position of m
//
// queries       [M, QUERY4]                       QUERY4 = heads * HD4
// keys_values   [sequences, CAPACITY, 2, KEY4]    KEY4 = kv heads * HD4
// attended      [M, STRIDE] vec4s
// All threads of a workgroup read the keys of one sequence and head up to the last position among them, so
// that those of a quad do, however the adapter forms quads; keys past a thread's own position weigh nothing.
// Dispatch: (ceil(POSITIONS / 32), heads, sequences). Source: Milakov & Gimelshein 2018; Dao et al. 2022.

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

/// Products of a query with the keys that the threads of the quad loaded.
fn products(q: vec4<f32>, own: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(
    dot(q, quadBroadcast(own, 0u)), dot(q, quadBroadcast(own, 1u)),
    dot(q, quadBroadcast(own, 2u)), dot(q, quadBroadcast(own, 3u)));
}

/// Sum of the values that the threads of the quad loaded, weighed by p.
fn weighed(p: vec4<f32>, own: vec4<f32>) -> vec4<f32> {
  return p.x * quadBroadcast(own, 0u) + p.y * quadBroadcast(own, 1u)
    + p.z * quadBroadcast(own, 2u) + p.w * quadBroadcast(own, 3u);
}

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) in_subgroup: u32,
) {
  let place = group.x * 32u + lane;
  let row = group.z * POSITIONS + min(place, POSITIONS - 1u);
  let position = uniforms.position + min(place, POSITIONS - 1u);
  let last = uniforms.position + min(group.x * 32u + 31u, POSITIONS - 1u);
  let query = row * QUERY4 + group.y * HD4;
  let row_of_keys = 2u * KEY4;
  let keys = group.z * CAPACITY * row_of_keys + (group.y / GROUP) * HD4;
  let part = in_subgroup % 4u;

  var sums: array<vec4<f32>, MOST>;
  var largest = -3e38;
  var total = 0.0;
  for (var s = 0u; s <= last; s += 8u) {
    let k0 = keys + min(s + part, last) * row_of_keys;
    let k1 = keys + min(s + 4u + part, last) * row_of_keys;
    var a = vec4<f32>(0.0);
    var b = vec4<f32>(0.0);
    for (var c = 0u; c < HD4; c += uniforms.one) {
      let q = queries[query + c];
      a += products(q, keys_values[k0 + c]);
      b += products(q, keys_values[k1 + c]);
    }
    let seen_a = s + vec4<u32>(0u, 1u, 2u, 3u) <= vec4<u32>(position);
    let seen_b = s + vec4<u32>(4u, 5u, 6u, 7u) <= vec4<u32>(position);
    a = select(vec4<f32>(-3e38), a * SCALE, seen_a);
    b = select(vec4<f32>(-3e38), b * SCALE, seen_b);
    let most = max(a, b);
    let peak = max(largest, max(max(most.x, most.y), max(most.z, most.w)));
    let shrink = exp(max(largest - peak, -100.0));
    let p = select(vec4<f32>(0.0), exp(max(a - peak, vec4<f32>(-100.0))), seen_a);
    let r = select(vec4<f32>(0.0), exp(max(b - peak, vec4<f32>(-100.0))), seen_b);
    largest = peak;
    total = total * shrink + dot(p + r, vec4<f32>(1.0));
    for (var c = 0u; c < HD4; c += uniforms.one) {
      sums[c] = sums[c] * shrink
        + weighed(p, keys_values[k0 + KEY4 + c]) + weighed(r, keys_values[k1 + KEY4 + c]);
    }
  }
  if (place >= POSITIONS) { return; }
  for (var c = 0u; c < HD4; c += uniforms.one) {
    attended[row * STRIDE + group.y * HD4 + c] = sums[c] / total;
  }
}
