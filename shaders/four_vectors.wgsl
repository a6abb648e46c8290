// The inner step of products of matrices: four vectors of four coordinates against a fifth. This text is not a
// kernel: it stands before those whose threads hold such tiles (scores_wide.wgsl, linear_tiled.wgsl,
// attention_tiled.wgsl and the benchmark's matmul_wide.wgsl).
//
// Turned, the vectors need nothing but multiply-adds; `dot` ends in a sum of its own. Turning costs nothing:
// it only renames registers.

/// First, second, third and fourth coordinates of four vectors.
struct Four {
  x: vec4<f32>,
  y: vec4<f32>,
  z: vec4<f32>,
  w: vec4<f32>,
}

fn four(a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, d: vec4<f32>) -> Four {
  return Four(
    vec4<f32>(a.x, b.x, c.x, d.x), vec4<f32>(a.y, b.y, c.y, d.y),
    vec4<f32>(a.z, b.z, c.z, d.z), vec4<f32>(a.w, b.w, c.w, d.w));
}

/// sums + (a . e, b . e, c . e, d . e), coordinate after coordinate.
fn add_products(sums: vec4<f32>, v: Four, e: vec4<f32>) -> vec4<f32> {
  return fma(v.w, e.wwww, fma(v.z, e.zzzz, fma(v.y, e.yyyy, fma(v.x, e.xxxx, sums))));
}
