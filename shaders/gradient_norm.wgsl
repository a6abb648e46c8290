// Global norm of a step's gradient from the squared norms that the gradient passes left behind:
// the norm that is logged, and that the clip divides by.
//
// penalty   COUNT squared norms at SQUARES_OFFSET; the norm goes to NORM_OFFSET
// Dispatch: one workgroup of 256, sums in one order.

override SQUARES_OFFSET: u32;
override COUNT: u32;
override NORM_OFFSET: u32;

@group(0) @binding(0) var<storage, read_write> penalty: array<f32>;

var<workgroup> partial: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < COUNT; i += 256u) { sum += penalty[SQUARES_OFFSET + i]; }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    sum = 0.0;
    for (var i = 0u; i < 256u; i += 1u) { sum += partial[i]; }
    penalty[NORM_OFFSET] = sqrt(sum);
  }
}
