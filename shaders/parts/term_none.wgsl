// Codes add nothing to the loss.
const HAS_TERM = false;

fn term(code: f32, norm: f32) -> f32 { return 0.0; }
fn term_by_code(code: f32, norm: f32) -> f32 { return 0.0; }
