// A batch of synthetic data: x = Σ_i m_i t_i V_i f_i + noise (docs/method/data.md), the twin of src/data/zoo_rows.ts.
//
//   features  [FEATURES, 2] vec4 of u32: kind, d_i, first frame row, parent (0xffffffff: none);
//                                        presence threshold of 2^24, shape parameter, bits of low, bits of high - low
//   frames    [Σ d_i, VECTORS] vec4 of f32, orthonormal rows, zero padded
//   x         [BATCH_ROWS, VECTORS] vec4 of f32, in the data's own unit, zero padded (output)
//   uniforms  seed, stream, step: which batch; row r of it does not depend on the size of the batch
//
// Dispatch: (ceil(BATCH_ROWS / ROWS_PER_GROUP), 1, 1) workgroups of 64. One thread per row chooses the features,
// one thread a slot places them, then all threads write rows, four columns at a time.
// Blocks of random draws of a row, as in zoo_rows.ts: 0… roots, 2^15… children, 2^16 + 8i… feature i, 2^24… noise.

override BATCH_ROWS: u32;
override WIDTH: u32;
override VECTORS: u32;
override FEATURES: u32;
override ROOTS: u32;
/// Roots in every row; 0 when each is present independently.
override EXACTLY: u32;
override MAX_ACTIVE: u32;
override STRIDE: u32;
override ROWS_PER_GROUP: u32;
/// Standard deviation of the noise in each dimension.
override NOISE_STD: f32;

@group(0) @binding(0) var<storage, read> features: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> frames: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4<f32>>;

const NO_FEATURE = 0xffffffffu;

const LINE = 0u;
const SIGNED_LINE = 1u;
const CIRCLE = 2u;
const DISK = 3u;
const SPHERE = 4u;
const TORUS = 5u;
const HELIX = 6u;
const SWISS_ROLL = 7u;
const MOBIUS = 8u;
const SIMPLEX = 9u;
const GAUSSIAN = 10u;

// The constants of src/data/zoo_shapes.ts, where they are derived.
const TORUS_RING = 0.857492925712544;
const TORUS_TUBE = 0.514495755427527;
const MOBIUS_HALF_WIDTH = 0.9;
const MOBIUS_SCALE = 0.887356509416114;
const SWISS_ROLL_SCALE = 0.0626089617207911;

/// [ROWS_PER_GROUP, MAX_ACTIVE], filled from the front.
var<workgroup> present: array<u32, ROWS_PER_GROUP * MAX_ACTIVE>;
/// [ROWS_PER_GROUP, MAX_ACTIVE, STRIDE], coordinates t f in the feature's frame.
var<workgroup> coordinates: array<f32, ROWS_PER_GROUP * MAX_ACTIVE * STRIDE>;

fn draw_block(row: u32, block: u32) -> vec4<u32> {
  return philox4x32(
    vec4<u32>(block, row, uniforms.step, 0u),
    vec2<u32>(uniforms.seed, uniforms.stream),
  );
}

fn draw_u32(row: u32, draw: u32) -> u32 {
  return draw_block(row, draw / 4u)[draw % 4u];
}

/// (uniform integer below `bound`, next unused draw), as drawBelow in src/base/random.ts.
fn draw_below(row: u32, first_draw: u32, bound: u32) -> vec2<u32> {
  let unfair = (0u - bound) % bound;
  var draw = first_draw;
  loop {
    let bits = draw_u32(row, draw);
    draw += 1u;
    if (bits * bound >= unfair) {
      return vec2<u32>(multiply_high(bits, bound), draw);
    }
  }
}

fn is_chosen(first_slot: u32, count: u32, feature: u32) -> bool {
  for (var slot = 0u; slot < count; slot++) {
    if (present[first_slot + slot] == feature) { return true; }
  }
  return false;
}

/// Chooses the features of one row: Floyd's algorithm or independent draws, then children of those present.
fn choose(row: u32, first_slot: u32) {
  var count = 0u;
  if (EXACTLY > 0u) {
    var next_draw = 0u;
    for (var last = ROOTS - EXACTLY; last < ROOTS; last++) {
      let drawn = draw_below(row, next_draw, last + 1u);
      next_draw = drawn.y;
      present[first_slot + count] = select(drawn.x, last, is_chosen(first_slot, count, drawn.x));
      count++;
    }
  } else {
    for (var feature = 0u; feature < ROOTS; feature++) {
      if ((draw_u32(row, feature) >> 8u) < features[2u * feature + 1u].x) {
        present[first_slot + count] = feature;
        count++;
      }
    }
  }
  for (var feature = ROOTS; feature < FEATURES; feature++) {
    if (is_chosen(first_slot, count, features[2u * feature].w) &&
        (draw_u32(row, (4u << 15u) + feature) >> 8u) < features[2u * feature + 1u].x) {
      present[first_slot + count] = feature;
      count++;
    }
  }
  for (; count < MAX_ACTIVE; count++) {
    present[first_slot + count] = NO_FEATURE;
  }
}

fn fraction_of_turns(bits: u32, turns: u32) -> f32 {
  return f32(((bits >> 8u) * turns) & 0xffffffu) * 0x1p-24f;
}

/// Entry m - 1 of a vertex of the unit simplex in k - 1 dimensions.
fn vertex_entry(clusters: u32, vertex: u32, m: u32) -> f32 {
  let entry = select(select(0.0, -f32(m), vertex == m), 1.0, vertex < m);
  return entry * sqrt(f32(clusters) / f32((clusters - 1u) * m * (m + 1u)));
}

/// Draws the scale and the point of the feature in one slot.
fn place(row: u32, slot: u32) {
  let feature = present[slot];
  if (feature == NO_FEATURE) { return; }
  let head = features[2u * feature];
  let tail = features[2u * feature + 1u];
  let kind = head.x;
  let dimension = head.y;
  let parameter = tail.y;
  let start = slot * STRIDE;
  // The first block is scale and shape, the next ones are the normals of a Gaussian.
  let first_block = (1u << 16u) + 8u * feature;
  let last_block = select(0u, (dimension + 3u) / 4u, kind == GAUSSIAN);
  var t = 0.0;
  for (var block = 0u; block <= last_block; block++) {
    let bits = draw_block(row, first_block + block);
    if (block > 0u) {
      let normals = t * normals_from_block(bits);
      for (var k = 4u * block - 4u; k < min(dimension, 4u * block); k++) {
        coordinates[start + k] = normals[k % 4u];
      }
      continue;
    }
    t = bitcast<f32>(tail.z) + bitcast<f32>(tail.w) * uniform_from_bits(bits.x);
    if (kind == GAUSSIAN) {
      t /= sqrt(f32(dimension));
    } else if (kind == SIMPLEX) {
      let vertex = vertex_from_bits(bits.yzw, parameter);
      for (var m = 1u; m < parameter; m++) {
        coordinates[start + m - 1u] = t * vertex_entry(parameter, vertex, m);
      }
    } else {
      let point = t * point_from_bits(kind, parameter, bits.yz);
      for (var k = 0u; k < dimension; k++) {
        coordinates[start + k] = point[k];
      }
    }
  }
}

/// drawBelow(…, clusters) on three draws; that all three are unfair has a probability of 2^-84.
fn vertex_from_bits(bits: vec3<u32>, clusters: u32) -> u32 {
  let unfair = (0u - clusters) % clusters;
  let fair = select(select(bits.z, bits.y, bits.y * clusters >= unfair), bits.x, bits.x * clusters >= unfair);
  return multiply_high(fair, clusters);
}

/// A point of one of the shapes in up to three dimensions.
fn point_from_bits(kind: u32, turns: u32, bits: vec2<u32>) -> vec3<f32> {
  let u = uniform_from_bits(bits.x);
  let v = uniform_from_bits(bits.y);
  let height = 2.0 * v - 1.0;
  let winds = kind == HELIX || kind == SWISS_ROLL;
  let around = cos_sin_of_turn(select(u, fraction_of_turns(bits.x, turns), winds));
  let second = cos_sin_of_turn(select(v, 0.5 * u, kind == MOBIUS));
  switch (kind) {
    case SIGNED_LINE: { return vec3<f32>(select(-1.0, 1.0, bits.x >= 0x80000000u), 0.0, 0.0); }
    case CIRCLE: { return vec3<f32>(around, 0.0); }
    case DISK: { return vec3<f32>(sqrt(2.0 * v) * around, 0.0); }
    // √(1 - height²) without the cancellation near the poles.
    case SPHERE: { return vec3<f32>(2.0 * sqrt(v * (1.0 - v)) * around, height); }
    case TORUS: {
      return vec3<f32>((TORUS_RING + TORUS_TUBE * second.x) * around, TORUS_TUBE * second.y);
    }
    case HELIX: { return vec3<f32>(0.816496580927726 * around, 2.0 * u - 1.0); }
    case SWISS_ROLL: {
      let radius = SWISS_ROLL_SCALE * 6.283185307179586 * (1.0 + 2.0 * u);
      return vec3<f32>(radius * around + vec2<f32>(0.0, SWISS_ROLL_SCALE), height);
    }
    case MOBIUS: {
      let across = MOBIUS_HALF_WIDTH * height * second;
      return MOBIUS_SCALE * vec3<f32>((1.0 + across.x) * around, across.y);
    }
    case LINE, default: { return vec3<f32>(1.0, 0.0, 0.0); }
  }
}

/// Four columns of a row: the signal of the features present, and noise.
fn columns(row: u32, first_slot: u32, vector: u32) -> vec4<f32> {
  var sum = NOISE_STD * normals_from_block(draw_block(row, (1u << 24u) + vector));
  sum = select(vec4<f32>(), sum, 4u * vector + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(WIDTH));
  for (var slot = first_slot; slot < first_slot + MAX_ACTIVE; slot++) {
    let feature = present[slot];
    if (feature == NO_FEATURE) { break; }
    let head = features[2u * feature];
    for (var k = 0u; k < head.y; k++) {
      sum += coordinates[slot * STRIDE + k] * frames[(head.z + k) * VECTORS + vector];
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let first_row = workgroup.x * ROWS_PER_GROUP;
  // A loop rather than an `if`, here and below: software adapters skip the former.
  for (var row = thread; row < ROWS_PER_GROUP; row += 64u) {
    choose(first_row + row, row * MAX_ACTIVE);
  }
  workgroupBarrier();
  for (var slot = thread; slot < ROWS_PER_GROUP * MAX_ACTIVE; slot += 64u) {
    place(first_row + slot / MAX_ACTIVE, slot);
  }
  workgroupBarrier();
  for (var i = thread; i < ROWS_PER_GROUP * VECTORS; i += 64u) {
    let local_row = i / VECTORS;
    let row = first_row + local_row;
    if (row < BATCH_ROWS) {
      let vector = i % VECTORS;
      x[row * VECTORS + vector] = columns(row, local_row * MAX_ACTIVE, vector);
    }
  }
}
