// Dense products of the benchmark's dense step, for GPUs: the tile of scores_tiled.wgsl (32 x 64 results a
// workgroup of 8 x 8 threads, 4 x 8 a thread, 16 of the shared dimension at a time). Modes and shapes as in
// matmul_direct.wgsl. A product with few results is split along its shared dimension into PARTS sums, which
// stand one after the other in `out`. Dispatch: (ceil(N / 64), ceil(M / 32), PARTS).

override M: u32;
override N: u32;
override K: u32;
override MODE: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

var<workgroup> a_tile: array<f32, 512>;  // [16, 32]
var<workgroup> b_tile: array<f32, 1024>; // [16, 64]

fn load_a(m: u32, k: u32, end: u32) -> f32 {
  let i = select(min(m, M - 1u) * K + min(k, K - 1u), min(k, K - 1u) * M + min(m, M - 1u), MODE == 2u);
  return select(0.0, a[i], k < end);
}

fn load_b(n: u32, k: u32) -> f32 {
  return b[select(min(k, K - 1u) * N + min(n, N - 1u), min(n, N - 1u) * K + min(k, K - 1u), MODE == 0u)];
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let first_m = group.y * 32u;
  let first_n = group.x * 64u;
  var r0 = vec4<f32>(0.0);
  var r1 = vec4<f32>(0.0);
  var r2 = vec4<f32>(0.0);
  var r3 = vec4<f32>(0.0);
  var r4 = vec4<f32>(0.0);
  var r5 = vec4<f32>(0.0);
  var r6 = vec4<f32>(0.0);
  var r7 = vec4<f32>(0.0);
  // Whole tiles of the shared dimension for each part.
  let share = (K + PARTS * 16u - 1u) / (PARTS * 16u) * 16u;
  let begin = group.z * share;
  let end = min(begin + share, K);
  for (var k = begin; k < end; k += 16u) {
    // Neighbouring threads read neighbouring addresses, whichever dimension is contiguous.
    for (var i = lane; i < 512u; i += 64u) {
      let m = select(i / 16u, i % 32u, MODE == 2u);
      let q = select(i % 16u, i / 32u, MODE == 2u);
      a_tile[q * 32u + m] = load_a(first_m + m, k + q, end);
    }
    for (var i = lane; i < 1024u; i += 64u) {
      let n = select(i % 64u, i / 16u, MODE == 0u);
      let q = select(i / 64u, i % 16u, MODE == 0u);
      b_tile[q * 64u + n] = load_b(first_n + n, k + q);
    }
    workgroupBarrier();
    for (var q = 0u; q < 16u; q += 1u) {
      let at = q * 32u + local.y * 4u;
      let v = vec4<f32>(a_tile[at], a_tile[at + 1u], a_tile[at + 2u], a_tile[at + 3u]);
      let w = q * 64u + local.x;
      r0 += v * b_tile[w];
      r1 += v * b_tile[w + 8u];
      r2 += v * b_tile[w + 16u];
      r3 += v * b_tile[w + 24u];
      r4 += v * b_tile[w + 32u];
      r5 += v * b_tile[w + 40u];
      r6 += v * b_tile[w + 48u];
      r7 += v * b_tile[w + 56u];
    }
    workgroupBarrier();
  }
  store(group.z, first_m + local.y * 4u, first_n + local.x, r0);
  store(group.z, first_m + local.y * 4u, first_n + local.x + 8u, r1);
  store(group.z, first_m + local.y * 4u, first_n + local.x + 16u, r2);
  store(group.z, first_m + local.y * 4u, first_n + local.x + 24u, r3);
  store(group.z, first_m + local.y * 4u, first_n + local.x + 32u, r4);
  store(group.z, first_m + local.y * 4u, first_n + local.x + 40u, r5);
  store(group.z, first_m + local.y * 4u, first_n + local.x + 48u, r6);
  store(group.z, first_m + local.y * 4u, first_n + local.x + 56u, r7);
}

fn store(part: u32, m: u32, n: u32, value: vec4<f32>) {
  if (n >= N) { return; }
  for (var i = 0u; i < 4u; i += 1u) {
    if (m + i < M) { out[(part * M + m + i) * N + n] = value[i]; }
  }
}
