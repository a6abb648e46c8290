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

/// A chunk as it is stored: in `a` if int8, in `a` and `b` if float16, else in all four.
struct Stored {
  a: vec4<u32>,
  b: vec4<u32>,
  c: vec4<u32>,
  d: vec4<u32>,
}

/// Chunk `index` of the matrix, row-major. Few registers hold it while it is on its way from memory.
fn stored_at(index: u32) -> Stored {
  var stored: Stored;
  if (FORMAT == 0u) {
    let i = index * 4u;
    stored = Stored(weights[i], weights[i + 1u], weights[i + 2u], weights[i + 3u]);
  } else if (FORMAT == 1u) {
    stored.a = weights[index * 2u];
    stored.b = weights[index * 2u + 1u];
  } else {
    stored.a = weights[index];
  }
  return stored;
}

/// The numbers that a chunk stands for, without its row's factor.
fn decoded(stored: Stored) -> Chunk {
  let u = stored.a;
  let v = stored.b;
  if (FORMAT == 0u) {
    return Chunk(
      bitcast<vec4<f32>>(u), bitcast<vec4<f32>>(v),
      bitcast<vec4<f32>>(stored.c), bitcast<vec4<f32>>(stored.d));
  }
  if (FORMAT == 1u) {
    return Chunk(from_half(u.x, u.y), from_half(u.z, u.w), from_half(v.x, v.y), from_half(v.z, v.w));
  }
  return Chunk(from_bytes(u.x), from_bytes(u.y), from_bytes(u.z), from_bytes(u.w));
}

/// Chunk `index` of the matrix as numbers, without its row's factor.
fn chunk_at(index: u32) -> Chunk {
  return decoded(stored_at(index));
}
