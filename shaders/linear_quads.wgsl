// y = W x + b for every row of x, variant for software adapters with subgroups. There a load costs as much as
// dozens of multiplications, a broadcast inside four neighbouring threads a fraction of it: each thread loads
// one row of four and hands it to the others. Same bindings and place as linear_direct.wgsl, same result up
// to the order of float32 sums.
//
// weights, terms   W [N, C], N a multiple of 8, see weight_rows.wgsl
// x                [M, C, 4] vec4s, rows padded to whole chunks of 16
// A thread makes 16 rows x 4 outputs; all threads of a workgroup have the same rows, so that those of a quad
// do, however the adapter forms quads.
// Dispatch: ceil(N / 128) workgroups across, ceil(M / 16) down, folded.

override M: u32;
override C: u32;
override N: u32;

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;

/// Four outputs of four rows, one row per column; `own` is four columns of the row that this thread loaded.
fn products(own: vec4<f32>, w0: vec4<f32>, w1: vec4<f32>, w2: vec4<f32>, w3: vec4<f32>) -> mat4x4<f32> {
  let v0 = quadBroadcast(own, 0u);
  let v1 = quadBroadcast(own, 1u);
  let v2 = quadBroadcast(own, 2u);
  let v3 = quadBroadcast(own, 3u);
  return mat4x4<f32>(
    dot(v0, w0), dot(v0, w1), dot(v0, w2), dot(v0, w3),
    dot(v1, w0), dot(v1, w1), dot(v1, w2), dot(v1, w3),
    dot(v2, w0), dot(v2, w1), dot(v2, w2), dot(v2, w3),
    dot(v3, w0), dot(v3, w1), dot(v3, w2), dot(v3, w3));
}

fn chunk_products(i: u32, w0: Chunk, w1: Chunk, w2: Chunk, w3: Chunk) -> mat4x4<f32> {
  return products(x[i], w0.a, w1.a, w2.a, w3.a) + products(x[i + 1u], w0.b, w1.b, w2.b, w3.b)
    + products(x[i + 2u], w0.c, w1.c, w2.c, w3.c) + products(x[i + 3u], w0.d, w1.d, w2.d, w3.d);
}

fn emit_rows(m: u32, quad: u32, sums: mat4x4<f32>) {
  for (var r = 0u; r < 4u; r += 1u) {
    if (m + r < M) { emit(m + r, quad, sums[r]); }
  }
}

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) in_subgroup: u32,
) {
  let n = group.x * 128u + lane * 4u;
  let m = place_down(group) * 16u;
  // Threads past the last output stay, their quad needs what they load.
  let w = min(n, N - 4u) * C;
  let own = m + in_subgroup % 4u;
  let x0 = min(own, M - 1u) * C * 4u;
  let x1 = min(own + 4u, M - 1u) * C * 4u;
  let x2 = min(own + 8u, M - 1u) * C * 4u;
  let x3 = min(own + 12u, M - 1u) * C * 4u;
  var s0 = mat4x4<f32>();
  var s1 = mat4x4<f32>();
  var s2 = mat4x4<f32>();
  var s3 = mat4x4<f32>();
  // A stride of 1 that the compiler does not know keeps it from unrolling.
  for (var c = 0u; c < C; c += uniforms.one) {
    let w0 = chunk_at(w + c);
    let w1 = chunk_at(w + C + c);
    let w2 = chunk_at(w + 2u * C + c);
    let w3 = chunk_at(w + 3u * C + c);
    s0 += chunk_products(x0 + c * 4u, w0, w1, w2, w3);
    if (m + 4u < M) { s1 += chunk_products(x1 + c * 4u, w0, w1, w2, w3); }
    if (m + 8u < M) { s2 += chunk_products(x2 + c * 4u, w0, w1, w2, w3); }
    if (m + 12u < M) { s3 += chunk_products(x3 + c * 4u, w0, w1, w2, w3); }
  }
  if (n >= N) { return; }
  emit_rows(m, n / 4u, s0);
  emit_rows(m + 4u, n / 4u, s1);
  emit_rows(m + 8u, n / 4u, s2);
  emit_rows(m + 12u, n / 4u, s3);
}
