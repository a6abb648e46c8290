// The gate reads the encoder itself.
fn leave_gate_rows(k: u32, lane: u32) {}
