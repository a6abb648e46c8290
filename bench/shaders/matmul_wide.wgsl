// Dense products of the benchmark's dense step, for shapes that fill a GPU with tiles of 64 x 128 results: the
// tile, the prefetch and the multiply-adds of scores_wide.wgsl. Modes, shapes and PARTS as in
// matmul_tiled.wgsl. Dispatch: (ceil(N / 128), ceil(M / 64), PARTS) workgroups of 16 x 8.

override M: u32;
override N: u32;
override K: u32;
override MODE: u32;
override PARTS: u32;

const ROWS = 64u;
const COLUMNS = 128u;
const DEPTH = 4u; // vec4s of the shared dimension a tile holds

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

var<workgroup> a_tile: array<vec4<f32>, 256>; // [DEPTH, ROWS]
var<workgroup> b_tile: array<vec4<f32>, 512>; // [DEPTH, COLUMNS]

// a[m, k … k + 3], 0 from `end` on.
fn load_a(m: u32, k: u32, end: u32) -> vec4<f32> {
  let row = min(m, M - 1u);
  var value = vec4<f32>(0.0);
  for (var i = 0u; i < 4u; i += 1u) {
    let at = select(row * K + min(k + i, K - 1u), min(k + i, K - 1u) * M + row, MODE == 2u);
    value[i] = select(0.0, a[at], k + i < end);
  }
  return value;
}

// b[k … k + 3, n]; where k is past the end a is 0.
fn load_b(n: u32, k: u32) -> vec4<f32> {
  let column = min(n, N - 1u);
  var value = vec4<f32>(0.0);
  for (var i = 0u; i < 4u; i += 1u) {
    value[i] = b[select(min(k + i, K - 1u) * N + column, column * K + min(k + i, K - 1u), MODE == 0u)];
  }
  return value;
}

// Part of the tile that thread `lane` loads: neighbours read neighbouring addresses, whichever dimension is
// contiguous. x: vec4 of the shared dimension, y: first row or column (more follow at distance 128 / DEPTH).
fn place(lane: u32, along: bool) -> vec2<u32> {
  return select(vec2<u32>(lane / 32u, lane % 32u), vec2<u32>(lane % DEPTH, lane / DEPTH), along);
}

@compute @workgroup_size(16, 8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let first_m = group.y * ROWS;
  let first_n = group.x * COLUMNS;
  // Whole tiles of the shared dimension for each part.
  let share = (K + PARTS * 16u - 1u) / (PARTS * 16u) * 16u;
  let begin = group.z * share;
  let end = min(begin + share, K);
  var low0 = vec4<f32>(0.0);
  var high0 = vec4<f32>(0.0);
  var low1 = vec4<f32>(0.0);
  var high1 = vec4<f32>(0.0);
  var low2 = vec4<f32>(0.0);
  var high2 = vec4<f32>(0.0);
  var low3 = vec4<f32>(0.0);
  var high3 = vec4<f32>(0.0);
  var low4 = vec4<f32>(0.0);
  var high4 = vec4<f32>(0.0);
  var low5 = vec4<f32>(0.0);
  var high5 = vec4<f32>(0.0);
  var low6 = vec4<f32>(0.0);
  var high6 = vec4<f32>(0.0);
  var low7 = vec4<f32>(0.0);
  var high7 = vec4<f32>(0.0);
  let of_a = place(lane, MODE != 2u);
  let of_b = place(lane, MODE == 0u);
  let m = first_m + of_a.y;
  let n = first_n + of_b.y;
  var next_a = load_a(m, begin + of_a.x * 4u, end);
  var next_b = load_a(m + 32u, begin + of_a.x * 4u, end);
  var next_c = load_b(n, begin + of_b.x * 4u);
  var next_d = load_b(n + 32u, begin + of_b.x * 4u);
  var next_e = load_b(n + 64u, begin + of_b.x * 4u);
  var next_f = load_b(n + 96u, begin + of_b.x * 4u);
  for (var k = begin; k < end; k += 4u * DEPTH) {
    a_tile[of_a.x * ROWS + of_a.y] = next_a;
    a_tile[of_a.x * ROWS + of_a.y + 32u] = next_b;
    b_tile[of_b.x * COLUMNS + of_b.y] = next_c;
    b_tile[of_b.x * COLUMNS + of_b.y + 32u] = next_d;
    b_tile[of_b.x * COLUMNS + of_b.y + 64u] = next_e;
    b_tile[of_b.x * COLUMNS + of_b.y + 96u] = next_f;
    workgroupBarrier();
    let ahead = k + 4u * DEPTH;
    next_a = load_a(m, ahead + of_a.x * 4u, end);
    next_b = load_a(m + 32u, ahead + of_a.x * 4u, end);
    next_c = load_b(n, ahead + of_b.x * 4u);
    next_d = load_b(n + 32u, ahead + of_b.x * 4u);
    next_e = load_b(n + 64u, ahead + of_b.x * 4u);
    next_f = load_b(n + 96u, ahead + of_b.x * 4u);
    for (var q = 0u; q < DEPTH; q += 1u) {
      let v = q * ROWS + local.y * 8u;
      let lower = four(a_tile[v + 0u], a_tile[v + 1u], a_tile[v + 2u], a_tile[v + 3u]);
      let upper = four(a_tile[v + 4u], a_tile[v + 5u], a_tile[v + 6u], a_tile[v + 7u]);
      let at = q * COLUMNS + local.x;
      let e0 = b_tile[at + 0u];
      low0 = add_products(low0, lower, e0);
      high0 = add_products(high0, upper, e0);
      let e1 = b_tile[at + 16u];
      low1 = add_products(low1, lower, e1);
      high1 = add_products(high1, upper, e1);
      let e2 = b_tile[at + 32u];
      low2 = add_products(low2, lower, e2);
      high2 = add_products(high2, upper, e2);
      let e3 = b_tile[at + 48u];
      low3 = add_products(low3, lower, e3);
      high3 = add_products(high3, upper, e3);
      let e4 = b_tile[at + 64u];
      low4 = add_products(low4, lower, e4);
      high4 = add_products(high4, upper, e4);
      let e5 = b_tile[at + 80u];
      low5 = add_products(low5, lower, e5);
      high5 = add_products(high5, upper, e5);
      let e6 = b_tile[at + 96u];
      low6 = add_products(low6, lower, e6);
      high6 = add_products(high6, upper, e6);
      let e7 = b_tile[at + 112u];
      low7 = add_products(low7, lower, e7);
      high7 = add_products(high7, upper, e7);
    }
    workgroupBarrier();
  }
  let row = first_m + local.y * 8u;
  store(group.z, row, first_n + local.x + 0u, low0);
  store(group.z, row + 4u, first_n + local.x + 0u, high0);
  store(group.z, row, first_n + local.x + 16u, low1);
  store(group.z, row + 4u, first_n + local.x + 16u, high1);
  store(group.z, row, first_n + local.x + 32u, low2);
  store(group.z, row + 4u, first_n + local.x + 32u, high2);
  store(group.z, row, first_n + local.x + 48u, low3);
  store(group.z, row + 4u, first_n + local.x + 48u, high3);
  store(group.z, row, first_n + local.x + 64u, low4);
  store(group.z, row + 4u, first_n + local.x + 64u, high4);
  store(group.z, row, first_n + local.x + 80u, low5);
  store(group.z, row + 4u, first_n + local.x + 80u, high5);
  store(group.z, row, first_n + local.x + 96u, low6);
  store(group.z, row + 4u, first_n + local.x + 96u, high6);
  store(group.z, row, first_n + local.x + 112u, low7);
  store(group.z, row + 4u, first_n + local.x + 112u, high7);
}

fn store(part: u32, m: u32, n: u32, value: vec4<f32>) {
  if (n >= N) { return; }
  for (var i = 0u; i < 4u; i += 1u) {
    if (m + i < M) { out[(part * M + m + i) * N + n] = value[i]; }
  }
}
