// code * ||D||, of codes that are positive.
const HAS_TERM = true;

fn term(code: f32, norm: f32) -> f32 { return code * norm; }
fn term_by_code(code: f32, norm: f32) -> f32 { return norm; }
fn term_by_norm(code: f32, norm: f32) -> f32 { return code; }
