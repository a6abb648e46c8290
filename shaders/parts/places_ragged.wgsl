// Rows have as many places as units that won: row b has places row_start[b] … row_start[b + 1].
//
// active_units  at ROW_START_OFFSET [B + 1] row_start, at ROW_OFFSET [capacity] the row of every place
override ROW_START_OFFSET: u32;
override ROW_OFFSET: u32;

fn first_place(row: u32) -> u32 { return active_units[ROW_START_OFFSET + row]; }
fn end_place(row: u32) -> u32 { return active_units[ROW_START_OFFSET + row + 1u]; }
fn row_of(place: u32) -> u32 { return active_units[ROW_OFFSET + place]; }
fn places() -> u32 { return active_units[ROW_START_OFFSET + B]; }
