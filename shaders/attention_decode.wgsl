// Causal attention with grouped queries at one position of each sequence, as a generator needs it, for real
// GPUs. Same formula and bindings as attention_direct.wgsl with POSITIONS = 1:
//
//   out[m, h] = sum_s softmax_s(SCALE q[m, h] . k[s, h / GROUP]) v[s, h / GROUP],   s = 0 … position
//
// queries       [M, QUERY4]                   QUERY4 = heads * HD4
// keys_values   [M, CAPACITY, 2, KEY4]        KEY4 = kv heads * HD4
// attended      [M, STRIDE] vec4s
// A workgroup of 64 threads takes one head of one sequence: its keys are dealt to the threads, all scores wait
// in workgroup memory until their largest is known, then threads sum the values, a vec4 of a head each and
// every PARTS-th key. Sums end in fixed trees, so that equal inputs give equal bits.
// Workgroup memory: 4 bytes a position of CAPACITY + 1.3 KiB. Dispatch: (heads, M).

override GROUP: u32;
override HD4: u32;
override QUERY4: u32;
override KEY4: u32;
override CAPACITY: u32;
override STRIDE: u32;
override SCALE: f32;

const THREADS = 64u;
/// Threads that share a vec4 of the head.
override PARTS: u32 = THREADS / HD4;

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> keys_values: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> attended: array<vec4<f32>>;

var<workgroup> weights: array<f32, CAPACITY>; // scores, then what they weigh
var<workgroup> partial: array<f32, THREADS>;
var<workgroup> values: array<vec4<f32>, THREADS>;

/// Largest value, or sum, of all threads' values.
fn combined(lane: u32, value: f32, summed: bool) -> f32 {
  workgroupBarrier();
  partial[lane] = value;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let a = partial[lane];
      let b = partial[lane + half];
      partial[lane] = select(max(a, b), a + b, summed);
    }
    workgroupBarrier();
  }
  return partial[0];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let row = group.y;
  let count = uniforms.position + 1u;
  let query = row * QUERY4 + head * HD4;
  let row_of_keys = 2u * KEY4;
  let keys = row * CAPACITY * row_of_keys + head / GROUP * HD4;

  var most = -3e38;
  for (var s = lane; s < count; s += THREADS) {
    let key = keys + s * row_of_keys;
    var score = 0.0;
    for (var c = 0u; c < HD4; c += 1u) { score += dot(queries[query + c], keys_values[key + c]); }
    score *= SCALE;
    weights[s] = score;
    most = max(most, score);
  }
  let peak = combined(lane, most, false);
  var sum = 0.0;
  for (var s = lane; s < count; s += THREADS) {
    let weight = exp(max(weights[s] - peak, -100.0));
    weights[s] = weight;
    sum += weight;
  }
  let total = combined(lane, sum, true);

  let column = lane % HD4;
  let part = lane / HD4;
  var value = vec4<f32>(0.0);
  if (part < PARTS) {
    for (var s = part; s < count; s += PARTS) {
      value += weights[s] * keys_values[keys + s * row_of_keys + KEY4 + column];
    }
  }
  values[lane] = value;
  workgroupBarrier();
  if (lane >= HD4) { return; }
  for (var other = 1u; other < PARTS; other += 1u) { value += values[other * HD4 + lane]; }
  attended[row * STRIDE + head * HD4 + lane] = value / total;
}
