// The dense half of a step, variant with tiles in workgroup memory, for real GPUs. Same bindings, same
// result (up to the order of float32 sums) as scores_direct.wgsl.
//
//   parts/score_norm.wgsl    score[b, k] = ||E_k row_b + b_enc,k||_2^2
//   parts/score_value.wgsl   score[b, k] = e_k . row_b + b_enc,k          (signed, R = 1)
//
// A workgroup of 8 x 8 threads makes 32 rows x 64 latents, K-tile 16 columns; a thread holds 4 rows x 8
// latents in named accumulators. A tile holds floor(64 / R) whole groups, so that the norm of a group
// never leaves the workgroup; columns past them idle (6 % at R = 6).
// Workgroup memory: 2 + 4 + 8 KiB, inside WebGPU's default 16 KiB.
// Dispatch: ceil(K / groups per tile) workgroups across, folded, ceil(B / 32) down. Source: docs/method/model.md.

override B: u32;
override D4: u32;
override K: u32;
override R: u32;
override SECTION: u32;
override COMPACT: bool;
override USE_BIAS: bool;

const ROWS = 32u;
const LATENTS = 64u;
const DEPTH = 4u; // vec4s of the shared dimension a tile holds

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> dead_list: array<u32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

var<workgroup> row_tile: array<vec4<f32>, 128>;     // [DEPTH, ROWS]
var<workgroup> latent_tile: array<vec4<f32>, 256>;  // [DEPTH, LATENTS]
var<workgroup> squares: array<f32, 2048>;           // [LATENTS, ROWS]
var<workgroup> units: u32;

// Latent behind a column of the tile. Columns with no latent repeat the last one.
fn latent_of(tile: u32, column: u32, count: u32) -> u32 {
  let groups = LATENTS / R;
  let position = min(tile * groups + min(column / R, groups - 1u), count - 1u);
  var unit = position;
  if (COMPACT) { unit = dead_list[1u + position]; }
  return unit * R + column % R;
}

fn products(w: vec4<f32>, v0: vec4<f32>, v1: vec4<f32>, v2: vec4<f32>, v3: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(dot(v0, w), dot(v1, w), dot(v2, w), dot(v3, w));
}

fn put(column: u32, row: u32, value: vec4<f32>) {
  squares[column * ROWS + row] = value.x;
  squares[column * ROWS + row + 1u] = value.y;
  squares[column * ROWS + row + 2u] = value.z;
  squares[column * ROWS + row + 3u] = value.w;
}

fn finish(sum: vec4<f32>, tile: u32, column: u32, count: u32) -> vec4<f32> {
  var value = sum;
  if (USE_BIAS) { value += vec4<f32>(biases[latent_of(tile, column, count)]); }
  return score_of(value);
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  if (lane == 0u) {
    if (COMPACT) { units = dead_list[0]; } else { units = K; }
  }
  let count = workgroupUniformLoad(&units);
  let groups = LATENTS / R;
  let tile = place_across(group);
  if (tile * groups >= count) { return; }
  let first_row = group.y * ROWS;

  var a0 = vec4<f32>(0.0);
  var a1 = vec4<f32>(0.0);
  var a2 = vec4<f32>(0.0);
  var a3 = vec4<f32>(0.0);
  var a4 = vec4<f32>(0.0);
  var a5 = vec4<f32>(0.0);
  var a6 = vec4<f32>(0.0);
  var a7 = vec4<f32>(0.0);
  // A thread loads vec4 column `lane % 4` of tile rows lane/4, lane/4 + 16, …: four threads read 64
  // consecutive bytes of one row.
  let depth = lane % DEPTH;
  let part = lane / DEPTH;
  let row_a = (SECTION * B + min(first_row + part, B - 1u)) * D4;
  let row_b = (SECTION * B + min(first_row + part + 16u, B - 1u)) * D4;
  let latent_a = latent_of(tile, part, count) * D4;
  let latent_b = latent_of(tile, part + 16u, count) * D4;
  let latent_c = latent_of(tile, part + 32u, count) * D4;
  let latent_d = latent_of(tile, part + 48u, count) * D4;

  for (var k = 0u; k < D4; k += DEPTH) {
    let inside = k + depth < D4;
    let c = min(k + depth, D4 - 1u);
    row_tile[depth * ROWS + part] = select(vec4<f32>(0.0), rows[row_a + c], inside);
    row_tile[depth * ROWS + part + 16u] = select(vec4<f32>(0.0), rows[row_b + c], inside);
    latent_tile[depth * LATENTS + part] = encoder[latent_a + c];
    latent_tile[depth * LATENTS + part + 16u] = encoder[latent_b + c];
    latent_tile[depth * LATENTS + part + 32u] = encoder[latent_c + c];
    latent_tile[depth * LATENTS + part + 48u] = encoder[latent_d + c];
    workgroupBarrier();
    for (var q = 0u; q < DEPTH; q += 1u) {
      let v0 = row_tile[q * ROWS + local.y * 4u];
      let v1 = row_tile[q * ROWS + local.y * 4u + 1u];
      let v2 = row_tile[q * ROWS + local.y * 4u + 2u];
      let v3 = row_tile[q * ROWS + local.y * 4u + 3u];
      let w = q * LATENTS + local.x;
      a0 += products(latent_tile[w], v0, v1, v2, v3);
      a1 += products(latent_tile[w + 8u], v0, v1, v2, v3);
      a2 += products(latent_tile[w + 16u], v0, v1, v2, v3);
      a3 += products(latent_tile[w + 24u], v0, v1, v2, v3);
      a4 += products(latent_tile[w + 32u], v0, v1, v2, v3);
      a5 += products(latent_tile[w + 40u], v0, v1, v2, v3);
      a6 += products(latent_tile[w + 48u], v0, v1, v2, v3);
      a7 += products(latent_tile[w + 56u], v0, v1, v2, v3);
    }
    workgroupBarrier();
  }

  let row = local.y * 4u;
  put(local.x, row, finish(a0, tile, local.x, count));
  put(local.x + 8u, row, finish(a1, tile, local.x + 8u, count));
  put(local.x + 16u, row, finish(a2, tile, local.x + 16u, count));
  put(local.x + 24u, row, finish(a3, tile, local.x + 24u, count));
  put(local.x + 32u, row, finish(a4, tile, local.x + 32u, count));
  put(local.x + 40u, row, finish(a5, tile, local.x + 40u, count));
  put(local.x + 48u, row, finish(a6, tile, local.x + 48u, count));
  put(local.x + 56u, row, finish(a7, tile, local.x + 56u, count));
  workgroupBarrier();

  // Sum the squares of each group's columns; neighbouring threads write neighbouring groups.
  for (var i = lane; i < groups * ROWS; i += 64u) {
    let g = i % groups;
    let r = i / groups;
    let position = tile * groups + g;
    if (position < count && first_row + r < B) {
      var sum = 0.0;
      for (var j = 0u; j < R; j += 1u) { sum += squares[(g * R + j) * ROWS + r]; }
      scores[(first_row + r) * K + position] = sum;
    }
  }
}
