// A column that was not chosen has the code 0 and sends no gradient to the encoder.
fn reaches_encoder(code: f32) -> bool { return code != 0.0; }
fn keep_entry(place: u32, unit: u32, code: f32, by_code: f32) {}
