// Scores of all units, for batches and models large enough to fill a GPU with tiles of 64 rows x 128
// latents. Same formula, bindings and constants as scores_tiled.wgsl; a thread holds 8 rows x 8 latents, so
// that a vec4 read from workgroup memory serves 16 multiply-adds instead of 11, and the next part of the
// tile is on its way from memory while the present one is used.
//
// Dispatch: ceil(K / floor(128 / R)) workgroups across, folded, ceil(B / 64) down workgroups of 16 x 8.
// Source: docs/method/model.md.

override B: u32;
override D4: u32;
override K: u32;
override R: u32;
override SECTION: u32;
override COMPACT: bool;
override USE_BIAS: bool;

const ROWS = 64u;
const LATENTS = 128u;
const DEPTH = 4u;   // vec4s of the shared dimension a tile holds
const ACROSS = 16u; // threads over the latents
const DOWN = 8u;    // threads over the rows

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> dead_list: array<u32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

var<workgroup> row_tile: array<vec4<f32>, 256>;     // [DEPTH, ROWS]
var<workgroup> latent_tile: array<vec4<f32>, 512>;  // [DEPTH, LATENTS]; at the end values [64 latents, DOWN]

// Latent behind a column of the tile. Columns with no latent repeat the last one.
fn latent_of(tile: u32, column: u32, count: u32) -> u32 {
  let groups = LATENTS / R;
  let position = min(tile * groups + min(column / R, groups - 1u), count - 1u);
  var unit = position;
  if (COMPACT) { unit = dead_list[1u + position]; }
  return unit * R + column % R;
}

fn finish(sum: vec4<f32>, tile: u32, column: u32, count: u32) -> vec4<f32> {
  var value = sum;
  if (USE_BIAS) { value += vec4<f32>(biases[latent_of(tile, column, count)]); }
  return score_of(value);
}

// Puts four rows of a latent where the latents first … first + 63 are added up.
fn put(column: u32, first: u32, down: u32, tile: u32, count: u32, value: vec4<f32>) {
  if (column >= first && column < first + 64u) {
    latent_tile[(column - first) * DOWN + down] = finish(value, tile, column, count);
  }
}

@compute @workgroup_size(16, 8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  var count = K;
  if (COMPACT) { count = dead_list[0]; }
  let groups = LATENTS / R;
  let tile = place_across(group);
  if (tile * groups >= count) { return; }
  let first_row = group.y * ROWS;

  // Results: 4 rows a vec4, of latents local.x, local.x + 16, …
  var low0 = vec4<f32>(0.0);
  var high0 = vec4<f32>(0.0);
  var low1 = vec4<f32>(0.0);
  var high1 = vec4<f32>(0.0);
  var low2 = vec4<f32>(0.0);
  var high2 = vec4<f32>(0.0);
  var low3 = vec4<f32>(0.0);
  var high3 = vec4<f32>(0.0);
  var low4 = vec4<f32>(0.0);
  var high4 = vec4<f32>(0.0);
  var low5 = vec4<f32>(0.0);
  var high5 = vec4<f32>(0.0);
  var low6 = vec4<f32>(0.0);
  var high6 = vec4<f32>(0.0);
  var low7 = vec4<f32>(0.0);
  var high7 = vec4<f32>(0.0);

  // A thread loads vec4 column `lane % 4` of tile rows lane/4 and lane/4 + 32, and of latents lane/4,
  // lane/4 + 32, …: four threads read 64 consecutive bytes of one row.
  let depth = lane % DEPTH;
  let part = lane / DEPTH;
  let row_a = (SECTION * B + min(first_row + part, B - 1u)) * D4;
  let row_b = (SECTION * B + min(first_row + part + 32u, B - 1u)) * D4;
  let latent_a = latent_of(tile, part, count) * D4;
  let latent_b = latent_of(tile, part + 32u, count) * D4;
  let latent_c = latent_of(tile, part + 64u, count) * D4;
  let latent_d = latent_of(tile, part + 96u, count) * D4;
  var c = min(depth, D4 - 1u);
  var next_a = select(vec4<f32>(0.0), rows[row_a + c], depth < D4);
  var next_b = select(vec4<f32>(0.0), rows[row_b + c], depth < D4);
  var next_c = encoder[latent_a + c];
  var next_d = encoder[latent_b + c];
  var next_e = encoder[latent_c + c];
  var next_f = encoder[latent_d + c];

  for (var k = 0u; k < D4; k += DEPTH) {
    row_tile[depth * ROWS + part] = next_a;
    row_tile[depth * ROWS + part + 32u] = next_b;
    latent_tile[depth * LATENTS + part] = next_c;
    latent_tile[depth * LATENTS + part + 32u] = next_d;
    latent_tile[depth * LATENTS + part + 64u] = next_e;
    latent_tile[depth * LATENTS + part + 96u] = next_f;
    workgroupBarrier();
    let ahead = k + DEPTH + depth;
    c = min(ahead, D4 - 1u);
    next_a = select(vec4<f32>(0.0), rows[row_a + c], ahead < D4);
    next_b = select(vec4<f32>(0.0), rows[row_b + c], ahead < D4);
    next_c = encoder[latent_a + c];
    next_d = encoder[latent_b + c];
    next_e = encoder[latent_c + c];
    next_f = encoder[latent_d + c];
    for (var q = 0u; q < DEPTH; q += 1u) {
      let v = q * ROWS + local.y * 8u;
      let lower = four(row_tile[v], row_tile[v + 1u], row_tile[v + 2u], row_tile[v + 3u]);
      let upper = four(row_tile[v + 4u], row_tile[v + 5u], row_tile[v + 6u], row_tile[v + 7u]);
      let at = q * LATENTS + local.x;
      let e0 = latent_tile[at + 0u];
      low0 = add_products(low0, lower, e0);
      high0 = add_products(high0, upper, e0);
      let e1 = latent_tile[at + 16u];
      low1 = add_products(low1, lower, e1);
      high1 = add_products(high1, upper, e1);
      let e2 = latent_tile[at + 32u];
      low2 = add_products(low2, lower, e2);
      high2 = add_products(high2, upper, e2);
      let e3 = latent_tile[at + 48u];
      low3 = add_products(low3, lower, e3);
      high3 = add_products(high3, upper, e3);
      let e4 = latent_tile[at + 64u];
      low4 = add_products(low4, lower, e4);
      high4 = add_products(high4, upper, e4);
      let e5 = latent_tile[at + 80u];
      low5 = add_products(low5, lower, e5);
      high5 = add_products(high5, upper, e5);
      let e6 = latent_tile[at + 96u];
      low6 = add_products(low6, lower, e6);
      high6 = add_products(high6, upper, e6);
      let e7 = latent_tile[at + 112u];
      low7 = add_products(low7, lower, e7);
      high7 = add_products(high7, upper, e7);
    }
    workgroupBarrier();
  }

  // Add up the columns of each group, as many whole groups at a time as 64 latents hold, first the lower four
  // rows of every thread, then the upper four; neighbouring threads write neighbouring groups.
  let at_once = 64u / R;
  for (var g = 0u; g < groups; g += at_once) {
    let here = min(at_once, groups - g);
    for (var half = 0u; half < 2u; half += 1u) {
      put(local.x + 0u, g * R, local.y, tile, count, select(low0, high0, half == 1u));
      put(local.x + 16u, g * R, local.y, tile, count, select(low1, high1, half == 1u));
      put(local.x + 32u, g * R, local.y, tile, count, select(low2, high2, half == 1u));
      put(local.x + 48u, g * R, local.y, tile, count, select(low3, high3, half == 1u));
      put(local.x + 64u, g * R, local.y, tile, count, select(low4, high4, half == 1u));
      put(local.x + 80u, g * R, local.y, tile, count, select(low5, high5, half == 1u));
      put(local.x + 96u, g * R, local.y, tile, count, select(low6, high6, half == 1u));
      put(local.x + 112u, g * R, local.y, tile, count, select(low7, high7, half == 1u));
      workgroupBarrier();
      for (var i = lane; i < here * DOWN; i += ACROSS * DOWN) {
        let position = tile * groups + g + i % here;
        let down = i / here;
        var sum = vec4<f32>(0.0);
        for (var j = 0u; j < R; j += 1u) { sum += latent_tile[((i % here) * R + j) * DOWN + down]; }
        let row = first_row + down * 8u + half * 4u;
        if (position < count) {
          for (var r = 0u; r < 4u; r += 1u) {
            if (row + r < B) { scores[(row + r) * K + position] = sum[r]; }
          }
        }
      }
      workgroupBarrier();
    }
  }
}
