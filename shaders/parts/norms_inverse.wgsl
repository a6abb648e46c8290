// 1 / ||D_j|| at PENALTY_OFFSET [N] of penalty: update_rows turns it into d||D_j||/dD_j = D_j / ||D_j||.
override PENALTY_OFFSET: u32;

@group(0) @binding(2) var<storage, read_write> penalty: array<f32>;

fn keep_inverse(latent: u32, inverse: f32) { penalty[PENALTY_OFFSET + latent] = inverse; }
