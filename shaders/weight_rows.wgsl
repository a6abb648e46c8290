// Rows of a weight matrix in one of three formats, read as float32. This text is not a kernel:
// src/lm/kernels.ts puts it before the kernels that read weights.
//
//   W[n, 16c + j] = stored[n, 16c + j] * terms[n]          (the factor is 1 unless the format is int8)
//
// weights   [N, C] chunks of 16 columns, zero-padded: 4 vec4<u32> of float32 (FORMAT 0), 2 of float16
//           (FORMAT 1) or 1 of int8 (FORMAT 2)
// terms     [2, N/4]  vec4s of four rows: their factors, then their biases; applied by whoever sums

override FORMAT: u32;

@group(0) @binding(0) var<storage, read> weights: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> terms: array<vec4<f32>>;

/// 16 columns of a row.
struct Chunk {
  a: vec4<f32>,
  b: vec4<f32>,
  c: vec4<f32>,
  d: vec4<f32>,
}

fn from_half(low: u32, high: u32) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(low), unpack2x16float(high));
}

/// Four signed bytes: each is shifted to the top of its word and back down with its sign.
fn from_bytes(word: u32) -> vec4<f32> {
  return vec4<f32>((vec4<i32>(bitcast<i32>(word)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}

/// Chunk `index` of the matrix, row-major, without its row's factor.
fn chunk_at(index: u32) -> Chunk {
  if (FORMAT == 0u) {
    let i = index * 4u;
    return Chunk(
      bitcast<vec4<f32>>(weights[i]), bitcast<vec4<f32>>(weights[i + 1u]),
      bitcast<vec4<f32>>(weights[i + 2u]), bitcast<vec4<f32>>(weights[i + 3u]));
  }
  if (FORMAT == 1u) {
    let u = weights[index * 2u];
    let v = weights[index * 2u + 1u];
    return Chunk(from_half(u.x, u.y), from_half(u.z, u.w), from_half(v.x, v.y), from_half(v.z, v.w));
  }
  let w = weights[index];
  return Chunk(from_bytes(w.x), from_bytes(w.y), from_bytes(w.z), from_bytes(w.w));
}
