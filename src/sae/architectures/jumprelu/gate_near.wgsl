// A unit with a score above its threshold has it for a code; one that is less than half a bandwidth below is listed
// without a code, because its threshold feels it.
//
// thresholds  [K]
override THRESHOLD_STRIDE: u32;

@group(0) @binding(6) var<storage, read> thresholds: array<f32>;

fn find_limit(row: u32, lane: u32) {}
fn read_limit() {}
fn standing_of(score: f32, unit: u32) -> u32 {
  return select(LOSES, WINS, score > thresholds[unit * THRESHOLD_STRIDE] - 0.5 * uniforms.bandwidth);
}
fn code_of(score: f32, unit: u32) -> f32 {
  return select(0.0, score, score > thresholds[unit * THRESHOLD_STRIDE]);
}
