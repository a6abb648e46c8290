// y = W x + b for every row of x, variant with tiles in workgroup memory, for real GPUs. Same bindings and
// place as linear_direct.wgsl, same result up to the order of float32 sums.
//
// weights, terms   W [N, C], N a multiple of 8, see weight_rows.wgsl
// x                [M, C, 4] vec4s, rows padded to whole chunks of 16
// A workgroup of OUTPUTS threads makes ROWS rows x OUTPUTS outputs (64 x 64, 96 or 128, or 32 x 64), one chunk of
// 16 columns at a time; the next chunk is on its way from memory while the present one is used. 32 neighbouring
// threads, 4 across x 8 down, make 32 outputs of all rows; a thread holds ROWS/8 rows x 8 outputs, the most
// multiply-adds a vec4 read from workgroup memory that fit about 128 registers.
// Workgroup memory: at most 4.1 + 8 KiB. Dispatch: ceil(N / OUTPUTS) workgroups across,
// ceil(M / ROWS) down, folded.

override M: u32;
override C: u32;
override N: u32;
override ROWS: u32;
override OUTPUTS: u32;

/// vec4s of a chunk.
const DEPTH = 4u;
/// vec4s between the columns of row_tile: two more than rows, so that the eight neighbours that store a vec4 of
/// two rows meet no bank of workgroup memory twice.
override PITCH: u32 = ROWS + 2u;

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;

var<workgroup> row_tile: array<vec4<f32>, DEPTH * PITCH>;
/// [DEPTH, OUTPUTS]: of 32 outputs, 16h + 4i + j stands at place 16h + 4j + i, so that the four threads across
/// read neighbours.
var<workgroup> weight_tile: array<vec4<f32>, DEPTH * OUTPUTS>;

fn emit_row(row: u32, quad: u32, low: vec4<f32>, high: vec4<f32>) {
  if (row >= M) { return; }
  if (quad * 4u < N) { emit(row, quad, low); }
  if (quad * 4u + 16u < N) { emit(row, quad + 4u, high); }
}

@compute @workgroup_size(OUTPUTS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first_row = place_down(group) * ROWS;
  let strip = lane / 32u * 32u;
  let first_output = group.x * OUTPUTS + strip;
  let across = lane % 4u;
  let down = lane % 32u / 4u;
  // Results: outputs 4 across … 4 across + 3 and the same 16 further, of rows down, down + 8, …
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

  // A thread loads the chunk of one output, and vec4 `depth` of up to four rows: four threads read 64
  // consecutive bytes of a row.
  let within = lane % 32u;
  let own = first_output + within / 16u * 16u + within % 4u * 4u + within % 16u / 4u;
  let weights_at = min(own, N - 1u) * C;
  let depth = lane % DEPTH;
  let part = lane / DEPTH;
  let step = OUTPUTS / DEPTH;
  let third = 2u * step < ROWS && part + 2u * step < ROWS;
  let fourth = 3u * step < ROWS && part + 3u * step < ROWS;
  let x_a = min(first_row + part, M - 1u) * C * DEPTH + depth;
  let x_b = min(first_row + part + step, M - 1u) * C * DEPTH + depth;
  let x_c = min(first_row + part + 2u * step, M - 1u) * C * DEPTH + depth;
  let x_d = min(first_row + part + 3u * step, M - 1u) * C * DEPTH + depth;
  let put = depth * PITCH + part;
  var next = stored_at(weights_at);
  var next_a = x[x_a];
  var next_b = x[x_b];
  var next_c = vec4<f32>(0.0);
  var next_d = vec4<f32>(0.0);
  if (third) { next_c = x[x_c]; }
  if (fourth) { next_d = x[x_d]; }

  for (var c = 0u; c < C; c += uniforms.one) {
    let chunk = decoded(next);
    weight_tile[lane] = chunk.a;
    weight_tile[OUTPUTS + lane] = chunk.b;
    weight_tile[2u * OUTPUTS + lane] = chunk.c;
    weight_tile[3u * OUTPUTS + lane] = chunk.d;
    row_tile[put] = next_a;
    row_tile[put + step] = next_b;
    if (third) { row_tile[put + 2u * step] = next_c; }
    if (fourth) { row_tile[put + 3u * step] = next_d; }
    workgroupBarrier();
    let ahead = min(c + 1u, C - 1u);
    next = stored_at(weights_at + ahead);
    next_a = x[x_a + ahead * DEPTH];
    next_b = x[x_b + ahead * DEPTH];
    if (third) { next_c = x[x_c + ahead * DEPTH]; }
    if (fourth) { next_d = x[x_d + ahead * DEPTH]; }
    for (var q = 0u; q < DEPTH; q += 1u) {
      let w = q * OUTPUTS + strip + across;
      let lower = four(weight_tile[w], weight_tile[w + 4u], weight_tile[w + 8u], weight_tile[w + 12u]);
      let upper = four(weight_tile[w + 16u], weight_tile[w + 20u], weight_tile[w + 24u], weight_tile[w + 28u]);
      let r = q * PITCH + down;
      let e0 = row_tile[r];
      low0 = add_products(low0, lower, e0);
      high0 = add_products(high0, upper, e0);
      let e1 = row_tile[r + 8u];
      low1 = add_products(low1, lower, e1);
      high1 = add_products(high1, upper, e1);
      let e2 = row_tile[r + 16u];
      low2 = add_products(low2, lower, e2);
      high2 = add_products(high2, upper, e2);
      let e3 = row_tile[r + 24u];
      low3 = add_products(low3, lower, e3);
      high3 = add_products(high3, upper, e3);
      if (ROWS == 64u) {
        let e4 = row_tile[r + 32u];
        low4 = add_products(low4, lower, e4);
        high4 = add_products(high4, upper, e4);
        let e5 = row_tile[r + 40u];
        low5 = add_products(low5, lower, e5);
        high5 = add_products(high5, upper, e5);
        let e6 = row_tile[r + 48u];
        low6 = add_products(low6, lower, e6);
        high6 = add_products(high6, upper, e6);
        let e7 = row_tile[r + 56u];
        low7 = add_products(low7, lower, e7);
        high7 = add_products(high7, upper, e7);
      }
    }
    workgroupBarrier();
  }

  let quad = first_output / 4u + across;
  let row = first_row + down;
  emit_row(row, quad, low0, high0);
  emit_row(row + 8u, quad, low1, high1);
  emit_row(row + 16u, quad, low2, high2);
  emit_row(row + 24u, quad, low3, high3);
  if (ROWS == 64u) {
    emit_row(row + 32u, quad, low4, high4);
    emit_row(row + 40u, quad, low5, high5);
    emit_row(row + 48u, quad, low6, high6);
    emit_row(row + 56u, quad, low7, high7);
  }
}
