// The dense half of a step, variant for software adapters with subgroups. Same bindings as scores_direct.wgsl and the
// same sums in the same order. A load costs there as much as dozens of multiplications, a broadcast inside four
// neighbouring threads a fraction of it: each thread loads one batch row of four and hands it to the others.
//
//   parts/score_norm.wgsl    score[b, k] = ||E_k row_b + b_enc,k||_2^2
//   parts/score_value.wgsl   score[b, k] = e_k . row_b + b_enc,k          (signed, R = 1)
//
// A thread makes 16 rows x 4 latents at a time: of 4 units of rank 1, of 2 groups of rank 2, else of a group.
// All threads of a workgroup have the same batch rows, so that those of a quad do, however the adapter forms quads.
// Dispatch: ceil(K / (32 units a thread)) workgroups across, folded; ceil(B/16) down.
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

const THREADS = 32u;

fn unit_at(position: u32, units: u32) -> u32 {
  let safe = min(position, units - 1u);
  if (COMPACT) { return dead_list[1u + safe]; }
  return safe;
}

fn bias(latent: u32) -> f32 {
  if (USE_BIAS) { return biases[latent]; }
  return 0.0;
}

/// Four latents of four rows, one row per column; `own` is four numbers of the row that this thread loaded.
fn products(own: vec4<f32>, w: mat4x4<f32>) -> mat4x4<f32> {
  let v0 = quadBroadcast(own, 0u);
  let v1 = quadBroadcast(own, 1u);
  let v2 = quadBroadcast(own, 2u);
  let v3 = quadBroadcast(own, 3u);
  return mat4x4<f32>(
    dot(v0, w[0]), dot(v0, w[1]), dot(v0, w[2]), dot(v0, w[3]),
    dot(v1, w[0]), dot(v1, w[1]), dot(v1, w[2]), dot(v1, w[3]),
    dot(v2, w[0]), dot(v2, w[1]), dot(v2, w[2]), dot(v2, w[3]),
    dot(v3, w[0]), dot(v3, w[1]), dot(v3, w[2]), dot(v3, w[3]));
}

/// The scores of a group over its next latents, of which there are `count`.
fn added(sum: vec4<f32>, sums: mat4x4<f32>, count: u32) -> vec4<f32> {
  let scored = transpose(mat4x4<f32>(score_of(sums[0]), score_of(sums[1]), score_of(sums[2]), score_of(sums[3])));
  var total = sum + scored[0];
  if (count > 1u) { total += scored[1]; }
  if (count > 2u) { total += scored[2]; }
  if (count > 3u) { total += scored[3]; }
  return total;
}

fn store(token: u32, position: u32, values: vec4<f32>) {
  for (var r = 0u; r < 4u; r += 1u) {
    if (token + r < B) { scores[(token + r) * K + position] = values[r]; }
  }
}

/// Of units of rank 1 or 2 a thread makes several.
fn store_several(token: u32, first: u32, units: u32, sums: mat4x4<f32>) {
  let scored = transpose(mat4x4<f32>(score_of(sums[0]), score_of(sums[1]), score_of(sums[2]), score_of(sums[3])));
  if (R == 1u) {
    for (var i = 0u; i < 4u; i += 1u) {
      if (first + i < units) { store(token, first + i, scored[i]); }
    }
  } else {
    if (first < units) { store(token, first, scored[0] + scored[1]); }
    if (first + 1u < units) { store(token, first + 1u, scored[2] + scored[3]); }
  }
}

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) in_subgroup: u32,
) {
  var units = K;
  if (COMPACT) { units = dead_list[0]; }
  let each = select(select(1u, 2u, R == 2u), 4u, R == 1u);
  let start = place_across(group) * THREADS * each;
  if (start >= units) { return; }
  // Threads past the last unit stay: their quad needs what they load.
  let first = start + lane * each;
  let token = group.y * 16u;
  let own = token + in_subgroup % 4u;
  let base = SECTION * B;
  let x0 = (base + min(own, B - 1u)) * D4;
  let x1 = (base + min(own + 4u, B - 1u)) * D4;
  let x2 = (base + min(own + 8u, B - 1u)) * D4;
  let x3 = (base + min(own + 12u, B - 1u)) * D4;

  var total0 = vec4<f32>(0.0);
  var total1 = vec4<f32>(0.0);
  var total2 = vec4<f32>(0.0);
  var total3 = vec4<f32>(0.0);
  let latent = unit_at(first, units) * R;
  for (var j = 0u; j < R; j += 4u) {
    var n0 = latent + j;
    var n1 = latent + min(j + 1u, R - 1u);
    var n2 = latent + min(j + 2u, R - 1u);
    var n3 = latent + min(j + 3u, R - 1u);
    if (R == 1u) {
      n1 = unit_at(first + 1u, units);
      n2 = unit_at(first + 2u, units);
      n3 = unit_at(first + 3u, units);
    }
    if (R == 2u) {
      n2 = unit_at(first + 1u, units) * 2u;
      n3 = n2 + 1u;
    }
    let begin = vec4<f32>(bias(n0), bias(n1), bias(n2), bias(n3));
    var s0 = mat4x4<f32>(begin, begin, begin, begin);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    for (var c = 0u; c < D4; c += 1u) {
      let w = mat4x4<f32>(encoder[n0 * D4 + c], encoder[n1 * D4 + c], encoder[n2 * D4 + c], encoder[n3 * D4 + c]);
      s0 += products(rows[x0 + c], w);
      if (token + 4u < B) { s1 += products(rows[x1 + c], w); }
      if (token + 8u < B) { s2 += products(rows[x2 + c], w); }
      if (token + 12u < B) { s3 += products(rows[x3 + c], w); }
    }
    if (R <= 2u) {
      store_several(token, first, units, s0);
      store_several(token + 4u, first, units, s1);
      store_several(token + 8u, first, units, s2);
      store_several(token + 12u, first, units, s3);
    } else {
      total0 = added(total0, s0, R - j);
      total1 = added(total1, s1, R - j);
      total2 = added(total2, s2, R - j);
      total3 = added(total3, s3, R - j);
    }
  }
  if (R > 2u && first < units) {
    store(token, first, total0);
    store(token + 4u, first, total1);
    store(token + 8u, first, total2);
    store(token + 12u, first, total3);
  }
}
