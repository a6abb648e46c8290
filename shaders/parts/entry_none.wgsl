// Every code that is listed sends its gradient to the encoder.
fn reaches_encoder(code: f32) -> bool { return true; }
fn keep_entry(place: u32, unit: u32, code: f32, by_code: f32) {}
