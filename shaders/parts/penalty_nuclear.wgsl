// Nuclear norms: strength * sum_j penalty[k, i, j] W_{k,j}, with the matrices that nuclear_gradient.wgsl left.
const READS_CODES = false;

fn of_code(code: f32, k: u32) -> f32 { return 0.0; }
fn penalty_gradient(k: u32, i: u32) -> vec4<f32> {
  var term = vec4<f32>(0.0);
  for (var m = 0u; m < R; m += stride()) {
    term += penalty[PENALTY_OFFSET + (k * R + i) * R + m] * old_row(m);
  }
  return uniforms.penalty_strength * term;
}
