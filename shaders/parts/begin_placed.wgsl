// The places of a row begin where place_rows.wgsl said; no unit stands at a limit.
fn begin_row(row: u32, lane: u32) -> vec2<u32> { return vec2<u32>(active_units[ROW_START_OFFSET + row], 0u); }
