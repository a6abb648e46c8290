// A unit wins only with a score above 0; the largest do.
fn may_win(score: f32) -> bool { return score > 0.0; }
fn ranked(score: f32) -> f32 { return score; }
