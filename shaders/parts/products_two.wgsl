// A second coefficient of every code, at SECOND_OFFSET [places, R], multiplies the row of another section.
override SECOND_SECTION: u32;
override SECOND_OFFSET: u32;

fn add_second(row: u32, at: u32, column: u32, first: u32) {
  add_rows((SECOND_SECTION * B + row) * D4 + column, SECOND_OFFSET + at, first);
}
