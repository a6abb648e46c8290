// Rows with which a gate on codes is one on what they decode:
//
//   gate_rows_k = L_D^T E_k,  gate_biases_k = L_D^T b_k,  so that ||gate_rows_k x + gate_biases_k||^2 = p_k^T G p_k
//
// with G = D_k D_k^T + eps I = L_D L_D^T.
// biases       [N4*4 | d]  encoder biases first
// gate_rows    [N, D4]
// gate_biases  [N]         where the encoder has a bias
override GATE_BIAS: bool;

@group(0) @binding(4) var<storage, read> biases: array<f32>;
@group(0) @binding(5) var<storage, read_write> gate_rows: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> gate_biases: array<f32>;

fn leave_gate_rows(k: u32, lane: u32) {
  for (var i = 0u; i < R; i += stride()) {
    for (var col = lane; col < D4; col += WG) {
      var row = vec4<f32>(0.0);
      for (var j = i; j < R; j += stride()) { row += ld(j, i) * encoder[(k * R + j) * D4 + col]; }
      gate_rows[(k * R + i) * D4 + col] = row;
    }
    if (GATE_BIAS && lane == 0u) {
      var bias = 0.0;
      for (var j = i; j < R; j += stride()) { bias += ld(j, i) * biases[k * R + j]; }
      gate_biases[k * R + i] = bias;
    }
  }
}
