// A code counts as tanh(SCALE code ||D||), which grows to one. By u = exp(-2 SCALE code ||D||), which cannot overflow:
// tanh = (1 - u) / (1 + u), and its derivative is 4 u / (1 + u)^2.
const HAS_TERM = true;

fn decay(code: f32, norm: f32) -> f32 { return exp(-2.0 * SCALE * code * norm); }
fn slope(code: f32, norm: f32) -> f32 {
  let u = decay(code, norm);
  return SCALE * 4.0 * u / ((1.0 + u) * (1.0 + u));
}

fn term(code: f32, norm: f32) -> f32 {
  let u = decay(code, norm);
  return (1.0 - u) / (1.0 + u);
}
fn term_by_code(code: f32, norm: f32) -> f32 { return norm * slope(code, norm); }
fn term_by_norm(code: f32, norm: f32) -> f32 { return code * slope(code, norm); }
