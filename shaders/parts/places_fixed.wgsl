// Every row has the same number of places, SLOTS, some of which may be empty; a row's units come first.
override SLOTS: u32;

fn first_place(row: u32) -> u32 { return row * SLOTS; }
fn end_place(row: u32) -> u32 { return row * SLOTS + SLOTS; }
fn row_of(place: u32) -> u32 { return place / SLOTS; }
fn places() -> u32 { return B * SLOTS; }
