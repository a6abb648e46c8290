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
      let v0 = a_tile[v + 0u];
      let v1 = a_tile[v + 1u];
      let v2 = a_tile[v + 2u];
      let v3 = a_tile[v + 3u];
      let v4 = a_tile[v + 4u];
      let v5 = a_tile[v + 5u];
      let v6 = a_tile[v + 6u];
      let v7 = a_tile[v + 7u];
      let x0 = vec4<f32>(v0.x, v1.x, v2.x, v3.x);
      let y0 = vec4<f32>(v0.y, v1.y, v2.y, v3.y);
      let z0 = vec4<f32>(v0.z, v1.z, v2.z, v3.z);
      let w0 = vec4<f32>(v0.w, v1.w, v2.w, v3.w);
      let x1 = vec4<f32>(v4.x, v5.x, v6.x, v7.x);
      let y1 = vec4<f32>(v4.y, v5.y, v6.y, v7.y);
      let z1 = vec4<f32>(v4.z, v5.z, v6.z, v7.z);
      let w1 = vec4<f32>(v4.w, v5.w, v6.w, v7.w);
      let at = q * COLUMNS + local.x;
      let e0 = b_tile[at + 0u];
      low0 = fma(w0, e0.wwww, fma(z0, e0.zzzz, fma(y0, e0.yyyy, fma(x0, e0.xxxx, low0))));
      high0 = fma(w1, e0.wwww, fma(z1, e0.zzzz, fma(y1, e0.yyyy, fma(x1, e0.xxxx, high0))));
      let e1 = b_tile[at + 16u];
      low1 = fma(w0, e1.wwww, fma(z0, e1.zzzz, fma(y0, e1.yyyy, fma(x0, e1.xxxx, low1))));
      high1 = fma(w1, e1.wwww, fma(z1, e1.zzzz, fma(y1, e1.yyyy, fma(x1, e1.xxxx, high1))));
      let e2 = b_tile[at + 32u];
      low2 = fma(w0, e2.wwww, fma(z0, e2.zzzz, fma(y0, e2.yyyy, fma(x0, e2.xxxx, low2))));
      high2 = fma(w1, e2.wwww, fma(z1, e2.zzzz, fma(y1, e2.yyyy, fma(x1, e2.xxxx, high2))));
      let e3 = b_tile[at + 48u];
      low3 = fma(w0, e3.wwww, fma(z0, e3.zzzz, fma(y0, e3.yyyy, fma(x0, e3.xxxx, low3))));
      high3 = fma(w1, e3.wwww, fma(z1, e3.zzzz, fma(y1, e3.yyyy, fma(x1, e3.xxxx, high3))));
      let e4 = b_tile[at + 64u];
      low4 = fma(w0, e4.wwww, fma(z0, e4.zzzz, fma(y0, e4.yyyy, fma(x0, e4.xxxx, low4))));
      high4 = fma(w1, e4.wwww, fma(z1, e4.zzzz, fma(y1, e4.yyyy, fma(x1, e4.xxxx, high4))));
      let e5 = b_tile[at + 80u];
      low5 = fma(w0, e5.wwww, fma(z0, e5.zzzz, fma(y0, e5.yyyy, fma(x0, e5.xxxx, low5))));
      high5 = fma(w1, e5.wwww, fma(z1, e5.zzzz, fma(y1, e5.yyyy, fma(x1, e5.xxxx, high5))));
      let e6 = b_tile[at + 96u];
      low6 = fma(w0, e6.wwww, fma(z0, e6.zzzz, fma(y0, e6.yyyy, fma(x0, e6.xxxx, low6))));
      high6 = fma(w1, e6.wwww, fma(z1, e6.zzzz, fma(y1, e6.yyyy, fma(x1, e6.xxxx, high6))));
      let e7 = b_tile[at + 112u];
      low7 = fma(w0, e7.wwww, fma(z0, e7.zzzz, fma(y0, e7.yyyy, fma(x0, e7.xxxx, low7))));
      high7 = fma(w1, e7.wwww, fma(z1, e7.zzzz, fma(y1, e7.yyyy, fma(x1, e7.xxxx, high7))));
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
