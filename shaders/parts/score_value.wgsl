// A unit of rank 1 scores by its pre-activation, which then is its code.
const SCORE_IS_CODE = true;

fn score_of(codes: vec4<f32>) -> vec4<f32> { return codes; }
