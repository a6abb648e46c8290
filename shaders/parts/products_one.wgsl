// A coefficient multiplies one row.
fn add_second(row: u32, at: u32, column: u32, first: u32) {}
