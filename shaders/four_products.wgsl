// Products of rows of a matrix with a row of the batch, for kernels in which a team of TEAM threads shares them. The kernel
// binds `rows` and says with `matrix_at` which matrix it is.

// This thread's part of the products of up to four rows of the matrix, from `latent` on, with the row that begins at `at`.
fn project(latent: u32, count: u32, at: u32, member: u32) -> vec4<f32> {
  var sum = vec4<f32>(0.0);
  let e = latent * D4;
  // A stride that the compiler does not know keeps it from unrolling: Mesa takes half a minute for 32 turns.
  for (var c = member; c < D4; c += TEAM * uniforms.one) {
    let v = rows[at + c];
    sum.x += dot(matrix_at(e + c), v);
    if (count > 1u) { sum.y += dot(matrix_at(e + D4 + c), v); }
    if (count > 2u) { sum.z += dot(matrix_at(e + 2u * D4 + c), v); }
    if (count > 3u) { sum.w += dot(matrix_at(e + 3u * D4 + c), v); }
  }
  return sum;
}
