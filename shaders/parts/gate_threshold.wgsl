// A unit with a score above its threshold has it for a code. One threshold may serve all units (THRESHOLD_STRIDE 0).
//
// thresholds  [K] or [1]
override THRESHOLD_STRIDE: u32;

@group(0) @binding(6) var<storage, read> thresholds: array<f32>;

fn find_limit(row: u32, lane: u32) {}
fn read_limit() {}
fn standing_of(score: f32, unit: u32) -> u32 {
  return select(LOSES, WINS, score > thresholds[unit * THRESHOLD_STRIDE]);
}
fn code_of(score: f32, unit: u32) -> f32 { return score; }
