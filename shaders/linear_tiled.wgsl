// y = W x + b for every row of x, variant with tiles in workgroup memory, for real GPUs. Same bindings and
// place as linear_direct.wgsl, same result up to the order of float32 sums.
//
// weights, terms   W [N, C], N a multiple of 8, see weight_rows.wgsl
// x                [M, C, 4] vec4s, rows padded to whole chunks of 16
// A workgroup of 8 x 8 threads makes 32 rows x 64 outputs, one chunk of 16 columns at a time; a thread
// holds 4 rows x 8 outputs in named accumulators. Workgroup memory: 2 + 4 KiB.
// Dispatch: (ceil(N / 64), ceil(M / 32)).

override M: u32;
override C: u32;
override N: u32;

const ROWS = 32u;
const OUTPUTS = 64u;

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;

var<workgroup> row_tile: array<vec4<f32>, 128>;    // [4, ROWS]
var<workgroup> weight_tile: array<vec4<f32>, 256>; // [4, OUTPUTS], output 8i + j at place 8j + i

fn products(w: vec4<f32>, v0: vec4<f32>, v1: vec4<f32>, v2: vec4<f32>, v3: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(dot(v0, w), dot(v1, w), dot(v2, w), dot(v3, w));
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let first_row = group.y * ROWS;
  let first_output = group.x * OUTPUTS;
  var a0 = vec4<f32>(0.0);
  var a1 = vec4<f32>(0.0);
  var a2 = vec4<f32>(0.0);
  var a3 = vec4<f32>(0.0);
  var a4 = vec4<f32>(0.0);
  var a5 = vec4<f32>(0.0);
  var a6 = vec4<f32>(0.0);
  var a7 = vec4<f32>(0.0);
  // A thread loads vec4 `lane % 4` of tile rows lane/4 and lane/4 + 16, and all 16 columns of output
  // `lane`. The places of outputs let the eight threads of a row read neighbouring vec4s below.
  let depth = lane % 4u;
  let part = lane / 4u;
  let row_a = min(first_row + part, M - 1u) * C * 4u + depth;
  let row_b = min(first_row + part + 16u, M - 1u) * C * 4u + depth;
  let output = min(first_output + lane, N - 1u) * C;
  let place = (lane % 8u) * 8u + lane / 8u;

  for (var c = 0u; c < C; c += uniforms.one) {
    row_tile[depth * ROWS + part] = x[row_a + c * 4u];
    row_tile[depth * ROWS + part + 16u] = x[row_b + c * 4u];
    let chunk = chunk_at(output + c);
    weight_tile[place] = chunk.a;
    weight_tile[OUTPUTS + place] = chunk.b;
    weight_tile[2u * OUTPUTS + place] = chunk.c;
    weight_tile[3u * OUTPUTS + place] = chunk.d;
    workgroupBarrier();
    for (var q = 0u; q < 4u; q += 1u) {
      let v0 = row_tile[q * ROWS + local.y * 4u];
      let v1 = row_tile[q * ROWS + local.y * 4u + 1u];
      let v2 = row_tile[q * ROWS + local.y * 4u + 2u];
      let v3 = row_tile[q * ROWS + local.y * 4u + 3u];
      let w = q * OUTPUTS + local.x;
      a0 += products(weight_tile[w], v0, v1, v2, v3);
      a1 += products(weight_tile[w + 8u], v0, v1, v2, v3);
      a2 += products(weight_tile[w + 16u], v0, v1, v2, v3);
      a3 += products(weight_tile[w + 24u], v0, v1, v2, v3);
      a4 += products(weight_tile[w + 32u], v0, v1, v2, v3);
      a5 += products(weight_tile[w + 40u], v0, v1, v2, v3);
      a6 += products(weight_tile[w + 48u], v0, v1, v2, v3);
      a7 += products(weight_tile[w + 56u], v0, v1, v2, v3);
    }
    workgroupBarrier();
  }

  let n = first_output + local.x * 8u;
  if (n >= N) { return; }
  let quad = n / 4u;
  let m = first_row + local.y * 4u;
  if (m < M) {
    emit(m, quad, vec4<f32>(a0.x, a1.x, a2.x, a3.x));
    emit(m, quad + 1u, vec4<f32>(a4.x, a5.x, a6.x, a7.x));
  }
  if (m + 1u < M) {
    emit(m + 1u, quad, vec4<f32>(a0.y, a1.y, a2.y, a3.y));
    emit(m + 1u, quad + 1u, vec4<f32>(a4.y, a5.y, a6.y, a7.y));
  }
  if (m + 2u < M) {
    emit(m + 2u, quad, vec4<f32>(a0.z, a1.z, a2.z, a3.z));
    emit(m + 2u, quad + 1u, vec4<f32>(a4.z, a5.z, a6.z, a7.z));
  }
  if (m + 3u < M) {
    emit(m + 3u, quad, vec4<f32>(a0.w, a1.w, a2.w, a3.w));
    emit(m + 3u, quad + 1u, vec4<f32>(a4.w, a5.w, a6.w, a7.w));
  }
}
