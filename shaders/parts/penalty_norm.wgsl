// A term of the codes that also reads the norms of the atoms, of units of rank 1:
//
//   strength / B * (sum_b d term(code_b, ||W_k||) / d ||W_k||) W_k / ||W_k||        penalty[k] = 1 / ||W_k||
const READS_CODES = true;

fn of_code(code: f32, k: u32) -> f32 { return term_by_norm(code, 1.0 / penalty[PENALTY_OFFSET + k]); }
fn penalty_gradient(k: u32, i: u32) -> vec4<f32> {
  return uniforms.sparsity_strength / f32(B) * sum_of_codes() * penalty[PENALTY_OFFSET + k] * old_row(i);
}
