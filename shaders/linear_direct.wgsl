// y = W x + b for every row of x: the arithmetic of a language model. Variant without workgroup memory,
// for adapters whose barriers are slow. This text stands between weight_rows.wgsl, which reads W, and one
// of linear_output.wgsl and heads_output.wgsl, which say in `emit` where y goes.
//
// weights, terms   W [N, C], N a multiple of 8, see weight_rows.wgsl
// x                [M, C, 4] vec4s, rows padded to whole chunks of 16
// A thread makes 4 rows x 8 outputs.
// Dispatch: ceil(N / 64) workgroups across, ceil(ceil(M/4) / 8) down, folded.

override M: u32;
override C: u32;
override N: u32;

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;

fn input_chunk(index: u32) -> Chunk {
  let i = index * 4u;
  return Chunk(x[i], x[i + 1u], x[i + 2u], x[i + 3u]);
}

fn product(w: Chunk, v: Chunk) -> f32 {
  return dot(w.a, v.a) + dot(w.b, v.b) + dot(w.c, v.c) + dot(w.d, v.d);
}

fn products(w: Chunk, v0: Chunk, v1: Chunk, v2: Chunk, v3: Chunk) -> vec4<f32> {
  return vec4<f32>(product(w, v0), product(w, v1), product(w, v2), product(w, v3));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let n = (group.x * 8u + local.x) * 8u;
  let m = (place_down(group) * 8u + local.y) * 4u;
  if (n >= N || m >= M) { return; }
  let x0 = m * C;
  let x1 = min(m + 1u, M - 1u) * C;
  let x2 = min(m + 2u, M - 1u) * C;
  let x3 = min(m + 3u, M - 1u) * C;
  let w = n * C;
  // One output of four rows each.
  var a0 = vec4<f32>(0.0);
  var a1 = vec4<f32>(0.0);
  var a2 = vec4<f32>(0.0);
  var a3 = vec4<f32>(0.0);
  var a4 = vec4<f32>(0.0);
  var a5 = vec4<f32>(0.0);
  var a6 = vec4<f32>(0.0);
  var a7 = vec4<f32>(0.0);
  // A stride of 1 that the compiler does not know keeps it from unrolling: Mesa takes half a minute.
  for (var c = 0u; c < C; c += uniforms.one) {
    let v0 = input_chunk(x0 + c);
    let v1 = input_chunk(x1 + c);
    let v2 = input_chunk(x2 + c);
    let v3 = input_chunk(x3 + c);
    a0 += products(chunk_at(w + c), v0, v1, v2, v3);
    a1 += products(chunk_at(w + C + c), v0, v1, v2, v3);
    a2 += products(chunk_at(w + 2u * C + c), v0, v1, v2, v3);
    a3 += products(chunk_at(w + 3u * C + c), v0, v1, v2, v3);
    a4 += products(chunk_at(w + 4u * C + c), v0, v1, v2, v3);
    a5 += products(chunk_at(w + 5u * C + c), v0, v1, v2, v3);
    a6 += products(chunk_at(w + 6u * C + c), v0, v1, v2, v3);
    a7 += products(chunk_at(w + 7u * C + c), v0, v1, v2, v3);
  }
  let quad = n / 4u;
  emit(m, quad, vec4<f32>(a0.x, a1.x, a2.x, a3.x));
  emit(m, quad + 1u, vec4<f32>(a4.x, a5.x, a6.x, a7.x));
  if (m + 1u < M) {
    emit(m + 1u, quad, vec4<f32>(a0.y, a1.y, a2.y, a3.y));
    emit(m + 1u, quad + 1u, vec4<f32>(a4.y, a5.y, a6.y, a7.y));
  }
  if (m + 2u < M) {
    emit(m + 2u, quad, vec4<f32>(a0.z, a1.z, a2.z, a3.z));
    emit(m + 2u, quad + 1u, vec4<f32>(a4.z, a5.z, a6.z, a7.z));
  }
  if (m + 3u < M) {
    emit(m + 3u, quad, vec4<f32>(a0.w, a1.w, a2.w, a3.w));
    emit(m + 3u, quad + 1u, vec4<f32>(a4.w, a5.w, a6.w, a7.w));
  }
}
