// All numbers of the tensor have the betas of the run.
const ETA_OFFSET = 0u;

// x: beta2, y: 1 - beta2.
fn memory_of(number: u32) -> vec2<f32> { return vec2<f32>(uniforms.beta2, 1.0 - uniforms.beta2); }
fn corrections_of(number: u32) -> vec2<f32> { return vec2<f32>(uniforms.correction1, uniforms.correction2); }
