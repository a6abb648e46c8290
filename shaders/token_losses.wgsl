// What a change inside a language model costs at every position, from the logits a before and b after it:
//
//   losses[row, 0] = -log softmax(a_row)[target]          nats, cross-entropy of the next token before
//   losses[row, 1] = -log softmax(b_row)[target]          and after
//   losses[row, 2] = sum_v p_v (log p_v - log q_v)        nats, KL(p || q), p = softmax(a), q = softmax(b)
//   losses[row, 3] = 0
//
// Logits are shifted by their maximum before the exponential, so that no sum overflows and the largest term is 1.
//
// before, after  [ROWS, V]  logits, not padded
// targets        [ROWS]     the next token; 0xffffffff for a row that does not count, whose losses are 0
// losses         [ROWS] vec4 of f32 (output)
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/diagnostics.md, Faithfulness.

override ROWS: u32;
override V: u32;
override WG: u32;

const NONE = 0xffffffffu;
const LOWEST = -3.4028234e38;

@group(0) @binding(0) var<storage, read> before: array<f32>;
@group(0) @binding(1) var<storage, read> after: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> losses: array<vec4<f32>>;

var<workgroup> tops: array<vec2<f32>, WG>;
var<workgroup> partial: array<vec3<f32>, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= ROWS) { return; }
  let next = targets[row];
  if (next == NONE) {
    if (lane == 0u) { losses[row] = vec4<f32>(0.0); }
    return;
  }
  let base = row * V;
  var top = vec2<f32>(LOWEST);
  for (var v = lane; v < V; v += WG) {
    top = max(top, vec2<f32>(before[base + v], after[base + v]));
  }
  tops[lane] = top;
  workgroupBarrier();
  // Not unrolled; see four_products.wgsl.
  for (var i = 0u; i < WG; i += uniforms.one) { top = max(top, tops[i]); }

  // Sums of e^a, of e^b and of e^a (a - b), all shifted.
  var sums = vec3<f32>(0.0);
  for (var v = lane; v < V; v += WG) {
    let shifted = vec2<f32>(before[base + v], after[base + v]) - top;
    let weights = exp(shifted);
    sums += vec3<f32>(weights, weights.x * (shifted.x - shifted.y));
  }
  partial[lane] = sums;
  workgroupBarrier();
  if (lane != 0u) { return; }
  sums = vec3<f32>(0.0);
  for (var i = 0u; i < WG; i += uniforms.one) { sums += partial[i]; }
  let logs = log(sums.xy);
  losses[row] = vec4<f32>(
    logs.x - (before[base + next] - top.x),
    logs.y - (after[base + next] - top.y),
    sums.z / sums.x - (logs.x - logs.y),
    0.0,
  );
}
