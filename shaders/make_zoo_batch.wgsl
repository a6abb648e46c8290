// A batch of synthetic data: x = Σ_i m_i t_i V_i f_i + noise (sasa.md §7), the twin of src/data/zoo_rows.ts.
//
//   features  [FEATURES, 2] vec4 of u32: kind, d_i, first frame row, parent (0xffffffff: none);
//                                        presence threshold of 2^24, shape parameter, bits of low, bits of high - low
//   frames    [Σ d_i, VECTORS] vec4 of f32, orthonormal rows, zero padded
//   x         [BATCH_ROWS, VECTORS] vec4 of f32, in the data's own unit, zero padded (output)
//   uniforms  seed, stream, step: which batch; row r of it does not depend on the size of the batch
//
// Dispatch: (ceil(BATCH_ROWS / ROWS_PER_GROUP), 1, 1) workgroups of 64. One thread a row chooses the features,
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
  let first_block = (1u << 16u) + 8u * feature;
  let bits = draw_block(row, first_block);
  let t = bitcast<f32>(tail.z) + bitcast<f32>(tail.w) * uniform_from_bits(bits.x);
  let start = slot * STRIDE;
  if (kind == GAUSSIAN) {
    let scale = t / sqrt(f32(dimension));
    for (var block = 0u; 4u * block < dimension; block++) {
      let normals = normals_from_block(draw_block(row, first_block + 1u + block));
      for (var k = 4u * block; k < min(dimension, 4u * block + 4u); k++) {
        coordinates[start + k] = scale * normals[k % 4u];
      }
    }
    return;
  }
  if (kind == SIMPLEX) {
    let vertex = draw_below(row, 4u * first_block + 1u, parameter).x;
    for (var m = 1u; m < parameter; m++) {
      coordinates[start + m - 1u] = t * vertex_entry(parameter, vertex, m);
    }
    return;
  }
  let u = uniform_from_bits(bits.y);
  let v = uniform_from_bits(bits.z);
  let around = cos_sin_of_turn(u);
  var point = vec3<f32>();
  switch (kind) {
    case SIGNED_LINE: { point.x = select(-1.0, 1.0, bits.y >= 0x80000000u); }
    case CIRCLE: { point = vec3<f32>(around, 0.0); }
    case DISK: { point = vec3<f32>(sqrt(2.0 * v) * around, 0.0); }
    case SPHERE: {
      // 1 - (2v - 1)² without the cancellation near the poles.
      point = vec3<f32>(2.0 * sqrt(v * (1.0 - v)) * around, 2.0 * v - 1.0);
    }
    case TORUS: {
      let tube = TORUS_TUBE * cos_sin_of_turn(v);
      point = vec3<f32>((TORUS_RING + tube.x) * around, tube.y);
    }
    case HELIX: {
      let turning = cos_sin_of_turn(fraction_of_turns(bits.y, parameter));
      point = vec3<f32>(0.816496580927726 * turning, 2.0 * u - 1.0);
    }
    case SWISS_ROLL: {
      let radius = SWISS_ROLL_SCALE * 6.283185307179586 * (1.0 + 2.0 * u);
      let turning = cos_sin_of_turn(fraction_of_turns(bits.y, 2u));
      point = vec3<f32>(radius * turning + vec2<f32>(0.0, SWISS_ROLL_SCALE), 2.0 * v - 1.0);
    }
    case MOBIUS: {
      let across = MOBIUS_HALF_WIDTH * (2.0 * v - 1.0) * cos_sin_of_turn(0.5 * u);
      point = MOBIUS_SCALE * vec3<f32>((1.0 + across.x) * around, across.y);
    }
    case LINE, default: { point.x = 1.0; }
  }
  for (var k = 0u; k < dimension; k++) {
    coordinates[start + k] = t * point[k];
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
  if (thread < ROWS_PER_GROUP) {
    choose(first_row + thread, thread * MAX_ACTIVE);
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
