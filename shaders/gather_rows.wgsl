// A batch of a finite source: x[r] = table[row], row from the position of r in the order of training.
// The twin of src/data/row_order.ts and src/data/held_out_rows.ts, bit for bit.
//
//   table     [rows of the file, VECTORS] vec4 of f32, zero padded
//   x         [BATCH_ROWS, VECTORS] vec4 of f32 (output)
//   uniforms  seed; epoch and position of the batch's first row. Row r stands at position + r, counted on
//             into later epochs.
//
// TRAIN_ROWS rows are trained on. SHUFFLED 1: every epoch permutes them (Feistel network with cycle walking:
// Luby & Rackoff 1988, Black & Rogaway 2002). HOLD_OUT 1: one row of every ten is left out of them.
//
// Dispatch: (ceil(BATCH_ROWS / 8), 1, 1) workgroups of 64: eight threads copy one row.

override BATCH_ROWS: u32;
override VECTORS: u32;
override TRAIN_ROWS: u32;
override SHUFFLED: u32;
override HOLD_OUT: u32;
/// Bits of the Feistel network's domain.
override DOMAIN_BITS: u32;
/// RandomStream.rowOrder and RandomStream.heldOutRows.
override ORDER_STREAM: u32;
override HELD_OUT_STREAM: u32;

@group(0) @binding(0) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> x: array<vec4<f32>>;

const ROUNDS = 12u;
const LANES = 8u;

/// A keyed hash; the finish is Wellons' lowbias32.
fn mix_half(value: u32, key: u32, round: u32) -> u32 {
  var hash = (value * 0x9e3779b1u) ^ (key + round * 0x85ebca6bu);
  hash = (hash ^ (hash >> 16u)) * 0x7feb352du;
  hash = (hash ^ (hash >> 15u)) * 0x846ca68bu;
  return hash ^ (hash >> 16u);
}

fn feistel(keys: vec4<u32>, value: u32) -> u32 {
  var high_bits = DOMAIN_BITS / 2u;
  var low_bits = DOMAIN_BITS - high_bits;
  var high = value >> low_bits;
  var low = value & ((1u << low_bits) - 1u);
  for (var round = 0u; round < ROUNDS; round++) {
    let mixed = high ^ (mix_half(low, keys[round % 4u], round) & ((1u << high_bits) - 1u));
    high = low;
    low = mixed;
    let swapped = high_bits;
    high_bits = low_bits;
    low_bits = swapped;
  }
  return (high << low_bits) | low;
}

fn permuted(epoch: u32, position: u32) -> u32 {
  let keys = philox4x32(vec4<u32>(0u, 0u, epoch, 0u), vec2<u32>(uniforms.seed, ORDER_STREAM));
  var value = position;
  loop {
    value = feistel(keys, value);
    if (value < TRAIN_ROWS) { return value; }
  }
}

/// The index-th row that is trained on when one of every ten is held out.
fn training_row(index: u32) -> u32 {
  let block = index / 9u;
  var draw = 0u;
  var held_out = 0u;
  // drawBelow(…, 10): 2^32 mod 10 is 6.
  loop {
    let bits = philox4x32(vec4<u32>(draw / 4u, block, 0u, 0u), vec2<u32>(0u, HELD_OUT_STREAM))[draw % 4u];
    draw += 1u;
    if (bits * 10u >= 6u) {
      held_out = multiply_high(bits, 10u);
      break;
    }
  }
  let within = index % 9u;
  return 10u * block + within + select(0u, 1u, within >= held_out);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let batch_row = id.x / LANES;
  if (batch_row >= BATCH_ROWS) { return; }
  let place = uniforms.position + batch_row;
  var row = place % TRAIN_ROWS;
  if (SHUFFLED == 1u) { row = permuted(uniforms.epoch + place / TRAIN_ROWS, row); }
  if (HOLD_OUT == 1u) { row = training_row(row); }
  for (var vector = id.x % LANES; vector < VECTORS; vector += LANES) {
    x[batch_row * VECTORS + vector] = table[row * VECTORS + vector];
  }
}
