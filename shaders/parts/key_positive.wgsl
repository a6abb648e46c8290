// A unit wins only with a score above 0.
fn may_win(score: f32) -> bool { return score > 0.0; }
