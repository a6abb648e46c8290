// Dense products of the benchmark's dense step, for software adapters: no workgroup memory, 4 x 4 results
// in registers, vec4 loads only.
//
//   MODE 0  out[m, n] = sum_k a[m, k] b[n, k]      a [M, K], b [N, K]
//   MODE 1  out[m, n] = sum_k a[m, k] b[k, n]      a [M, K], b [K, N]
//   MODE 2  out[m, n] = sum_k a[k, m] b[k, n]      a [K, M], b [K, N]
// M, N and K are multiples of 4. Dispatch: (ceil(N / 32), ceil(M / 32)).

override M: u32;
override N: u32;
override K: u32;
override MODE: u32;

@group(0) @binding(0) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let m = id.y * 4u;
  let n = id.x * 4u;
  if (m >= M || n >= N) { return; }
  var r0 = vec4<f32>(0.0);
  var r1 = vec4<f32>(0.0);
  var r2 = vec4<f32>(0.0);
  var r3 = vec4<f32>(0.0);
  if (MODE == 0u) {
    for (var k = 0u; k < K / 4u; k += 1u) {
      let b0 = b[n * K / 4u + k];
      let b1 = b[(n + 1u) * K / 4u + k];
      let b2 = b[(n + 2u) * K / 4u + k];
      let b3 = b[(n + 3u) * K / 4u + k];
      let a0 = a[m * K / 4u + k];
      let a1 = a[(m + 1u) * K / 4u + k];
      let a2 = a[(m + 2u) * K / 4u + k];
      let a3 = a[(m + 3u) * K / 4u + k];
      r0 += vec4<f32>(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
      r1 += vec4<f32>(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
      r2 += vec4<f32>(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
      r3 += vec4<f32>(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
    }
  }
  if (MODE == 1u) {
    for (var k = 0u; k < K / 4u; k += 1u) {
      let b0 = b[(k * 4u * N + n) / 4u];
      let b1 = b[((k * 4u + 1u) * N + n) / 4u];
      let b2 = b[((k * 4u + 2u) * N + n) / 4u];
      let b3 = b[((k * 4u + 3u) * N + n) / 4u];
      let a0 = a[m * K / 4u + k];
      let a1 = a[(m + 1u) * K / 4u + k];
      let a2 = a[(m + 2u) * K / 4u + k];
      let a3 = a[(m + 3u) * K / 4u + k];
      r0 += a0.x * b0 + a0.y * b1 + a0.z * b2 + a0.w * b3;
      r1 += a1.x * b0 + a1.y * b1 + a1.z * b2 + a1.w * b3;
      r2 += a2.x * b0 + a2.y * b1 + a2.z * b2 + a2.w * b3;
      r3 += a3.x * b0 + a3.y * b1 + a3.z * b2 + a3.w * b3;
    }
  }
  if (MODE == 2u) {
    for (var k = 0u; k < K; k += 1u) {
      let b0 = b[(k * N + n) / 4u];
      let a0 = a[(k * M + m) / 4u];
      r0 += a0.x * b0;
      r1 += a0.y * b0;
      r2 += a0.z * b0;
      r3 += a0.w * b0;
    }
  }
  out[(m * N + n) / 4u] = r0;
  out[((m + 1u) * N + n) / 4u] = r1;
  out[((m + 2u) * N + n) / 4u] = r2;
  out[((m + 3u) * N + n) / 4u] = r3;
}
