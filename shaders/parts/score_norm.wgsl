// A unit scores by the squared length of its codes.
const SCORE_IS_CODE = false;

fn score_of(codes: vec4<f32>) -> vec4<f32> { return codes * codes; }
