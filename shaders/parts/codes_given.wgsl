// Codes that a pass before this one made.
//
// coefs          [CODES_OFFSET + places*R]
// decoder_norms  [N]    ||D_j||, where there is a term
@group(0) @binding(4) var<storage, read> coefs: array<f32>;
@group(0) @binding(7) var<storage, read> decoder_norms: array<f32>;

fn make_codes(row: u32, lane: u32, first: u32, end: u32) {}
fn norm_of(latent: u32) -> f32 { return decoder_norms[latent]; }
