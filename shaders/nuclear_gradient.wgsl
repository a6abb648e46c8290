// Nuclear norm of every group and its gradient, from r x r matrices only.
//
//   G_E + eps I = L_E L_E^T,  G_D + eps I = L_D L_D^T      Gram matrices E E^T, D D^T; eps = 1e-6 trace
//   composition:  C = L_D^T L_E = U S V^T                  S: singular values of the map D^T E
//                 dR/dD = (L_E V U^T L_D^-1) D             dR/dE = (L_D U V^T L_E^-1) E
//   decoder:      C = L_D = U S V^T,  dR/dD = (U S^-1 U^T) D,  dR/dE = 0      (times 1/K outside)
//   observe:      only the singular values of the map (weight decay, no penalty)
//
// Any factor L with L L^T = G gives the same map norm, so Cholesky replaces the symmetric square root;
// one-sided Jacobi then finds U S V^T without squaring. A singular value s below 1e-6 of the largest is
// noise: its direction takes s / (1e-6 s_max) of a unit sub-gradient, so the gradient stays bounded and
// continuous, and 0 for zero blocks. See docs/decisions/0002.
//
// encoder, decoder  [K*R, D4]
// A parts/gate_rows_….wgsl may leave rows for the gate from the factor of D.
// penalty           [2, K, R, R]  0: matrix for E, 1: matrix for D;  dR/dW_k = penalty W_k
// singular_values   [K, R]        descending, of the map (MODE decoder: of the decoder)
// Round-robin pairs rotate in parallel: R/2 lanes, one barrier a round; sweeps end when none rotates.
// Dispatch: one workgroup of WG >= R a group, folded. Source: docs/method/training.md, Gradient of the nuclear norms.

override K: u32;
override R: u32;
override D4: u32;
override MODE: u32; // 0 composition, 1 decoder, 2 observe
override SWEEPS: u32;
override WG: u32;
override UNROLL: bool; // loops have a stride that the compiler knows

const RIDGE = 1e-6;

@group(0) @binding(0) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> penalty: array<f32>;
@group(0) @binding(3) var<storage, read_write> singular_values: array<f32>;

// Lower triangles of both Gram matrices, then of their Cholesky factors, packed into [R + 1, R] so that
// R = 32 fits the default 16 KiB: entry (i, j <= i) of E at [i + 1, j], of D at [j, i].
var<workgroup> factors: array<f32, (R + 1u) * R>;
var<workgroup> c: array<f32, R * R>;  // [R, R] row-major; columns become u_i s_i
var<workgroup> v: array<f32, R * R>;
var<workgroup> s: array<f32, R>;
var<workgroup> rotations: array<u32, R>; // of each lane in this sweep
var<workgroup> unsettled: u32;

fn entry(which: u32, i: u32, j: u32) -> u32 {
  return select(j * R + i, (i + 1u) * R + j, which == 0u);
}

fn le(i: u32, j: u32) -> f32 { return factors[entry(0u, i, j)]; }

fn ld(i: u32, j: u32) -> f32 { return factors[entry(1u, i, j)]; }

// 1. Mesa's compiler would unroll these loops into each other and take half a minute for R = 32.
fn stride() -> u32 {
  if (UNROLL) { return 1u; }
  return uniforms.one;
}

// In-place Cholesky with a ridge.
fn cholesky(which: u32) {
  var trace = 0.0;
  for (var i = 0u; i < R; i += stride()) { trace += factors[entry(which, i, i)]; }
  let ridge = max(RIDGE * trace, 1e-30);
  for (var j = 0u; j < R; j += stride()) {
    var pivot = factors[entry(which, j, j)] + ridge;
    for (var k = 0u; k < j; k += stride()) {
      let value = factors[entry(which, j, k)];
      pivot -= value * value;
    }
    // Rounding may eat the ridge of a rank-deficient block; the pivot never falls below it.
    let root = sqrt(max(pivot, ridge));
    factors[entry(which, j, j)] = root;
    for (var i = j + 1u; i < R; i += stride()) {
      var value = factors[entry(which, i, j)];
      for (var k = 0u; k < j; k += stride()) {
        value -= factors[entry(which, i, k)] * factors[entry(which, j, k)];
      }
      factors[entry(which, i, j)] = value / root;
    }
  }
}

// Partner pair of `lane` in round `round` of a round-robin over M (even) players.
fn pair(lane: u32, round: u32) -> vec2<u32> {
  let m = (R + 1u) / 2u * 2u;
  let a = select((round + lane) % (m - 1u), m - 1u, lane == 0u);
  let b = (round + (m - 1u) - lane) % (m - 1u);
  return vec2<u32>(min(a, b), max(a, b));
}

// Rotates columns p < q of c (and v) until they are orthogonal; 0 when they were.
fn rotate(p: u32, q: u32) -> u32 {
  var alpha = 0.0;
  var beta = 0.0;
  var gamma = 0.0;
  for (var i = 0u; i < R; i += stride()) {
    let x = c[i * R + p];
    let y = c[i * R + q];
    alpha += x * x;
    beta += y * y;
    gamma += x * y;
  }
  // Roots apart: the product of two squares leaves float32 for blocks of large or small weights.
  if (abs(gamma) <= 1e-7 * sqrt(alpha) * sqrt(beta) || gamma == 0.0) { return 0u; }
  let zeta = (beta - alpha) / (2.0 * gamma);
  let t = select(-1.0, 1.0, zeta >= 0.0) / (abs(zeta) + sqrt(1.0 + zeta * zeta));
  let cosine = inverseSqrt(1.0 + t * t);
  let sine = cosine * t;
  for (var i = 0u; i < R; i += stride()) {
    let x = c[i * R + p];
    let y = c[i * R + q];
    c[i * R + p] = cosine * x - sine * y;
    c[i * R + q] = sine * x + cosine * y;
    let a = v[i * R + p];
    let b = v[i * R + q];
    v[i * R + p] = cosine * a - sine * b;
    v[i * R + q] = sine * a + cosine * b;
  }
  return 1u;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let k = place_across(group);
  if (k >= K) { return; }
  let base = k * R * D4;
  for (var i = lane; i < 2u * R * R; i += WG) {
    let which = i / (R * R);
    let a = (i % (R * R)) / R;
    let b = i % R;
    if (b <= a) {
      var sum = 0.0;
      for (var col = 0u; col < D4; col += stride()) {
        if (which == 0u) {
          sum += dot(encoder[base + a * D4 + col], encoder[base + b * D4 + col]);
        } else {
          sum += dot(decoder[base + a * D4 + col], decoder[base + b * D4 + col]);
        }
      }
      factors[entry(which, a, b)] = sum;
    }
  }
  workgroupBarrier();
  if (lane < 2u) { cholesky(lane); }
  workgroupBarrier();
  leave_gate_rows(k, lane);

  for (var i = lane; i < R * R; i += WG) {
    let a = i / R;
    let b = i % R;
    v[i] = select(0.0, 1.0, a == b);
    var sum = 0.0;
    if (MODE == 1u) {
      if (b <= a) { sum = ld(a, b); }
    } else {
      for (var j = max(a, b); j < R; j += stride()) { sum += ld(j, a) * le(j, b); }
    }
    c[i] = sum;
  }
  workgroupBarrier();

  let players = (R + 1u) / 2u * 2u;
  for (var sweep = 0u; sweep < SWEEPS; sweep += stride()) {
    if (lane < R) { rotations[lane] = 0u; }
    for (var round = 0u; round + 1u < players; round += stride()) {
      if (lane < players / 2u) {
        let pq = pair(lane, round);
        if (pq.y < R) { rotations[lane] += rotate(pq.x, pq.y); }
      }
      workgroupBarrier();
    }
    if (lane == 0u) {
      unsettled = 0u;
      for (var i = 0u; i < R; i += stride()) { unsettled += rotations[i]; }
    }
    if (workgroupUniformLoad(&unsettled) == 0u) { break; }
  }

  if (lane < R) {
    var sum = 0.0;
    for (var i = 0u; i < R; i += stride()) { sum += c[i * R + lane] * c[i * R + lane]; }
    s[lane] = sqrt(sum);
  }
  workgroupBarrier();
  var largest = 0.0;
  for (var i = 0u; i < R; i += stride()) { largest = max(largest, s[i]); }
  if (lane < R) {
    // Place in descending order, ties by index.
    var place = 0u;
    for (var i = 0u; i < R; i += stride()) {
      place += select(0u, 1u, s[i] > s[lane] || (s[i] == s[lane] && i < lane));
    }
    singular_values[k * R + place] = s[lane];
  }
  if (MODE == 2u) { return; }
  // The square of an entry below 1e-19 is 0 in float32, and so may be s: nothing is divided by less.
  let floor = max(RIDGE * largest, 1e-18);
  let encoder_matrix = k * R * R;
  let decoder_matrix = (K + k) * R * R;

  if (MODE == 1u) {
    // U S^-1 U^T, with u_i = c_i / s_i.
    for (var i = lane; i < R * R; i += WG) {
      var sum = 0.0;
      for (var j = 0u; j < R; j += stride()) {
        let inverse = 1.0 / max(s[j], floor);
        sum += (c[(i / R) * R + j] * inverse) * (c[(i % R) * R + j] * inverse) * inverse;
      }
      penalty[encoder_matrix + i] = 0.0;
      penalty[decoder_matrix + i] = sum;
    }
    return;
  }

  // Row `lane` of L_E V U^T and of L_D U V^T, then of their quotients by L_D and L_E.
  for (var row = lane; row < R; row += WG) {
    for (var col = 0u; col < R; col += stride()) {
      var for_d = 0.0;
      var for_e = 0.0;
      for (var j = 0u; j < R; j += stride()) {
        var le_v = 0.0;
        var ld_u = 0.0;
        for (var i = 0u; i <= row; i += stride()) {
          le_v += le(row, i) * v[i * R + j];
          ld_u += ld(row, i) * c[i * R + j];
        }
        let inverse = 1.0 / max(s[j], floor);
        for_d += le_v * c[col * R + j] * inverse;
        for_e += ld_u * inverse * v[col * R + j];
      }
      penalty[decoder_matrix + row * R + col] = for_d;
      penalty[encoder_matrix + row * R + col] = for_e;
    }
    // Solve z L = y for this row, from the last column back.
    for (var back = 0u; back < R; back += stride()) {
      let col = R - 1u - back;
      var for_d = penalty[decoder_matrix + row * R + col];
      var for_e = penalty[encoder_matrix + row * R + col];
      for (var i = col + 1u; i < R; i += stride()) {
        for_d -= penalty[decoder_matrix + row * R + i] * ld(i, col);
        for_e -= penalty[encoder_matrix + row * R + i] * le(i, col);
      }
      penalty[decoder_matrix + row * R + col] = for_d / ld(col, col);
      penalty[encoder_matrix + row * R + col] = for_e / le(col, col);
    }
  }
}
