// Causal attention with grouped queries over whole sequences, variant with tiles in workgroup memory, for real
// GPUs and heads of at most 16 vec4s. Same bindings and formula as attention_direct.wgsl:
//
//   out[m, h] = sum_s softmax_s(SCALE q[m, h] . k[s, h / GROUP]) v[s, h / GROUP],   s = 0 … position of m
//
// queries       [M, QUERY4]                       QUERY4 = heads * HD4
// keys_values   [sequences, CAPACITY, 2, KEY4]    KEY4 = kv heads * HD4
// attended      [M, STRIDE] vec4s
// A workgroup of 32 threads takes 32 queries of a head and goes over the keys up to the last query's, 16 at a
// time; keys that none of its queries sees are never read. Four threads, a team, share four queries: each makes
// the scores of four keys and then, with the weights of all 16, a quarter of the coordinates of the sums. The
// softmax runs along, as in attention_direct.wgsl.
// Workgroup memory: at most 15.3 KiB. Dispatch: (ceil(POSITIONS / 32), heads, sequences).
// Source: Milakov & Gimelshein 2018; Dao et al. 2022.

override GROUP: u32;
override HD4: u32;
override QUERY4: u32;
override KEY4: u32;
override POSITIONS: u32;
override CAPACITY: u32;
override STRIDE: u32;
override SCALE: f32;

const QUERIES = 32u;
const KEYS = 16u;
const TEAM = 4u;
const TEAMS = 8u;
/// vec4s between rows of a tile: odd, so that neighbouring rows begin at different banks of workgroup memory.
override PITCH: u32 = HD4 | 1u;

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> keys_values: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> attended: array<vec4<f32>>;

var<workgroup> query_tile: array<vec4<f32>, QUERIES * PITCH>;
var<workgroup> key_tile: array<vec4<f32>, KEYS * PITCH>;       // keys, then their values
// A vec4 of these is of the four queries of a team: team, team + 8, team + 16, team + 24.
var<workgroup> weight_tile: array<vec4<f32>, KEYS * TEAMS>;    // [KEYS, TEAMS]
var<workgroup> peak_tile: array<vec4<f32>, TEAM * TEAMS>;      // [TEAM, TEAMS] largest score a thread has

/// Loads 16 keys or values from `begin` on; past `last` they repeat it.
fn load_tile(lane: u32, rows_at: u32, begin: u32, last: u32) {
  for (var i = lane; i < KEYS * HD4; i += TEAM * TEAMS) {
    let row = min(begin + i / HD4, last);
    key_tile[i / HD4 * PITCH + i % HD4] = keys_values[rows_at + row * 2u * KEY4 + i % HD4];
  }
}

/// Weights of a key for four queries; none where the key lies past the query's position.
fn weigh(scores: vec4<f32>, peak: vec4<f32>, key: u32, positions: vec4<u32>) -> vec4<f32> {
  let weights = exp(max(scores - peak, vec4<f32>(-100.0)));
  return select(vec4<f32>(0.0), weights, vec4<u32>(key) <= positions);
}

fn masked(scores: vec4<f32>, key: u32, positions: vec4<u32>) -> vec4<f32> {
  return select(vec4<f32>(-3e38), scores, vec4<u32>(key) <= positions);
}

/// Writes a thread's quarter of a query's head.
fn put_row(
  first_row: u32, place: u32, head: u32, member: u32, total: f32,
  sum0: vec4<f32>, sum1: vec4<f32>, sum2: vec4<f32>, sum3: vec4<f32>,
) {
  if (place >= POSITIONS) { return; }
  let at = (first_row + place) * STRIDE + head * HD4 + member;
  if (member < HD4) { attended[at] = sum0 / total; }
  if (member + 4u < HD4) { attended[at + 4u] = sum1 / total; }
  if (member + 8u < HD4) { attended[at + 8u] = sum2 / total; }
  if (member + 12u < HD4) { attended[at + 12u] = sum3 / total; }
}

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  // Late queries see most keys: the longest work begins first.
  let first = (groups.x - 1u - group.x) * QUERIES;
  let first_row = group.z * POSITIONS;
  for (var i = lane; i < QUERIES * HD4; i += TEAM * TEAMS) {
    let row = first_row + min(first + i / HD4, POSITIONS - 1u);
    query_tile[i / HD4 * PITCH + i % HD4] = SCALE * queries[row * QUERY4 + group.y * HD4 + i % HD4];
  }
  let last = uniforms.position + min(first + QUERIES, POSITIONS) - 1u;
  let keys_at = group.z * CAPACITY * 2u * KEY4 + group.y / GROUP * HD4;
  let member = lane % TEAM;
  let team = lane / TEAM;
  let positions = uniforms.position + first + team + vec4<u32>(0u, 8u, 16u, 24u);
  let query = team * PITCH;
  // Coordinates of a thread, in vec4s; threads of short heads that have none repeat the last.
  let column0 = min(member, HD4 - 1u);
  let column1 = min(member + 4u, HD4 - 1u);
  let column2 = min(member + 8u, HD4 - 1u);
  let column3 = min(member + 12u, HD4 - 1u);

  // Sums of weighed values: of queries a, b, c and d, coordinates column0 … column3.
  var a0 = vec4<f32>(0.0);
  var b0 = vec4<f32>(0.0);
  var c0 = vec4<f32>(0.0);
  var d0 = vec4<f32>(0.0);
  var a1 = vec4<f32>(0.0);
  var b1 = vec4<f32>(0.0);
  var c1 = vec4<f32>(0.0);
  var d1 = vec4<f32>(0.0);
  var a2 = vec4<f32>(0.0);
  var b2 = vec4<f32>(0.0);
  var c2 = vec4<f32>(0.0);
  var d2 = vec4<f32>(0.0);
  var a3 = vec4<f32>(0.0);
  var b3 = vec4<f32>(0.0);
  var c3 = vec4<f32>(0.0);
  var d3 = vec4<f32>(0.0);
  var largest = vec4<f32>(-3e38);
  var total = vec4<f32>(0.0);
  for (var s = 0u; s <= last; s += KEYS) {
    workgroupBarrier();
    load_tile(lane, keys_at, s, last);
    workgroupBarrier();
    // Scores of keys s + member, s + member + 4, …; a query a component.
    var s0 = vec4<f32>(0.0);
    var s1 = vec4<f32>(0.0);
    var s2 = vec4<f32>(0.0);
    var s3 = vec4<f32>(0.0);
    for (var c = 0u; c < HD4; c += 1u) {
      let q = four(
        query_tile[query + c], query_tile[query + 8u * PITCH + c],
        query_tile[query + 16u * PITCH + c], query_tile[query + 24u * PITCH + c]);
      let k = member * PITCH + c;
      s0 = add_products(s0, q, key_tile[k]);
      s1 = add_products(s1, q, key_tile[k + 4u * PITCH]);
      s2 = add_products(s2, q, key_tile[k + 8u * PITCH]);
      s3 = add_products(s3, q, key_tile[k + 12u * PITCH]);
    }
    let key = s + member;
    s0 = masked(s0, key, positions);
    s1 = masked(s1, key + 4u, positions);
    s2 = masked(s2, key + 8u, positions);
    s3 = masked(s3, key + 12u, positions);
    peak_tile[member * TEAMS + team] = max(max(s0, s1), max(s2, s3));
    workgroupBarrier();

    load_tile(lane, keys_at + KEY4, s, last);
    let peak = max(
      max(largest, max(peak_tile[team], peak_tile[TEAMS + team])),
      max(peak_tile[2u * TEAMS + team], peak_tile[3u * TEAMS + team]));
    let shrink = exp(max(largest - peak, vec4<f32>(-100.0)));
    largest = peak;
    weight_tile[member * TEAMS + team] = weigh(s0, peak, key, positions);
    weight_tile[(member + 4u) * TEAMS + team] = weigh(s1, peak, key + 4u, positions);
    weight_tile[(member + 8u) * TEAMS + team] = weigh(s2, peak, key + 8u, positions);
    weight_tile[(member + 12u) * TEAMS + team] = weigh(s3, peak, key + 12u, positions);
    workgroupBarrier();

    total *= shrink;
    a0 *= shrink.x;
    b0 *= shrink.y;
    c0 *= shrink.z;
    d0 *= shrink.w;
    a1 *= shrink.x;
    b1 *= shrink.y;
    c1 *= shrink.z;
    d1 *= shrink.w;
    a2 *= shrink.x;
    b2 *= shrink.y;
    c2 *= shrink.z;
    d2 *= shrink.w;
    a3 *= shrink.x;
    b3 *= shrink.y;
    c3 *= shrink.z;
    d3 *= shrink.w;
    for (var i = 0u; i < KEYS; i += 1u) {
      let p = weight_tile[i * TEAMS + team];
      let at = i * PITCH;
      total += p;
      let v0 = key_tile[at + column0];
      a0 = fma(p.xxxx, v0, a0);
      b0 = fma(p.yyyy, v0, b0);
      c0 = fma(p.zzzz, v0, c0);
      d0 = fma(p.wwww, v0, d0);
      if (HD4 > 4u) {
        let v1 = key_tile[at + column1];
        a1 = fma(p.xxxx, v1, a1);
        b1 = fma(p.yyyy, v1, b1);
        c1 = fma(p.zzzz, v1, c1);
        d1 = fma(p.wwww, v1, d1);
      }
      if (HD4 > 8u) {
        let v2 = key_tile[at + column2];
        a2 = fma(p.xxxx, v2, a2);
        b2 = fma(p.yyyy, v2, b2);
        c2 = fma(p.zzzz, v2, c2);
        d2 = fma(p.wwww, v2, d2);
      }
      if (HD4 > 12u) {
        let v3 = key_tile[at + column3];
        a3 = fma(p.xxxx, v3, a3);
        b3 = fma(p.yyyy, v3, b3);
        c3 = fma(p.zzzz, v3, c3);
        d3 = fma(p.wwww, v3, d3);
      }
    }
  }

  put_row(first_row, first + team, group.y, member, total.x, a0, a1, a2, a3);
  put_row(first_row, first + team + 8u, group.y, member, total.y, b0, b1, b2, b3);
  put_row(first_row, first + team + 16u, group.y, member, total.z, c0, c1, c2, c3);
  put_row(first_row, first + team + 24u, group.y, member, total.w, d0, d1, d2, d3);
}
