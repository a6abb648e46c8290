// All numbers of the tensor have the betas of the run.
const ETA_OFFSET = 0u;

fn beta2_of(number: u32) -> f32 { return uniforms.beta2; }
fn corrections_of(number: u32) -> vec2<f32> { return vec2<f32>(uniforms.correction1, uniforms.correction2); }
