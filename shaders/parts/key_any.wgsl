// Every unit may win.
fn may_win(score: f32) -> bool { return true; }
