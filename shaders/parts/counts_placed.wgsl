// Winners of a row, for place_rows.wgsl.
fn keep_counts(row: u32, counts: vec2<u32>) { active_units[ROW_START_OFFSET + row + 1u] = counts.x; }
