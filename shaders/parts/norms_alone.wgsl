// Nothing beside the norms.
fn keep_inverse(latent: u32, inverse: f32) {}
