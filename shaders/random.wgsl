// Counter-based random numbers, the twin of src/base/random.ts. This text is not a kernel: src/data/kernels.ts
// puts it before the kernels that draw.
//
//   key = (seed, stream), counter = (block, row, step, 0); one block is four random u32.
//
// Philox4x32-10: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
// WGSL allows sin and cos an absolute error of 2^-11 and log one of 2^-21 near 1, which would make data
// differ between GPUs in the third digit; so the three functions below are polynomials that use only
// operations which every GPU rounds well.

/// High word of a 32 x 32 bit product, from products of 16-bit halves.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let carry = a_low * b_high + (middle & 0xffffu);
  return a_high * b_high + (middle >> 16u) + (carry >> 16u);
}

fn philox4x32(counter: vec4<u32>, first_key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var key = first_key;
  for (var round = 0u; round < 10u; round++) {
    let high0 = multiply_high(0xd2511f53u, c.x);
    let high1 = multiply_high(0xcd9e8d57u, c.z);
    c = vec4<u32>(high1 ^ c.y ^ key.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/// The number in [0, 1) that a random u32 stands for: its top 24 bits, exact.
fn uniform_from_bits(bits: u32) -> f32 {
  return f32(bits >> 8u) * 0x1p-24f;
}

/// (cos 2πt, sin 2πt) for t in [0, 1) on a grid of 2^-25. Reduced exactly to an eighth of a turn around
/// the nearest quarter; Taylor terms left out are below 2^-33.
fn cos_sin_of_turn(t: f32) -> vec2<f32> {
  let quarter = round(4.0 * t);
  let a = 6.2831855 * (t - 0.25 * quarter);
  let z = a * a;
  let s = a * (1.0 + z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5040.0 + z * (1.0 / 362880.0)))));
  let c = 1.0 + z * (-0.5 + z * (1.0 / 24.0 + z * (-1.0 / 720.0 + z * (1.0 / 40320.0 - z * (1.0 / 3628800.0)))));
  switch (u32(quarter) & 3u) {
    case 0u: { return vec2<f32>(c, s); }
    case 1u: { return vec2<f32>(-s, c); }
    case 2u: { return vec2<f32>(-c, -s); }
    default: { return vec2<f32>(s, -c); }
  }
}

/// ln u for u in [2^-24, 1]: u = m 2^e with m in [√½, √2), ln m = 2 artanh((m - 1) / (m + 1)); terms left
/// out are below 2^-28 of the value. ln 2 is split so that e times its head is exact.
fn log_of_unit(u: f32) -> f32 {
  let bits = bitcast<u32>(u);
  var e = i32(bits >> 23u) - 126;
  var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u);
  if (m < 0.70710678) {
    m = 2.0 * m;
    e -= 1;
  }
  let s = (m - 1.0) / (m + 1.0);
  let z = s * s;
  let log_m = 2.0 * s * (1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0 + z * (1.0 / 9.0)))));
  return f32(e) * 0.69314575 + (f32(e) * 1.4286068e-6 + log_m);
}

/// Box–Muller: the cosine and the sine of one pair, of the bits of two draws.
fn normal_pair(bits: vec2<u32>) -> vec2<f32> {
  let radius = sqrt(-2.0 * log_of_unit(f32((bits.x >> 8u) + 1u) * 0x1p-24f));
  return radius * cos_sin_of_turn(uniform_from_bits(bits.y));
}

/// The four standard normals of one block.
fn normals_from_block(block: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(normal_pair(block.xy), normal_pair(block.zw));
}
