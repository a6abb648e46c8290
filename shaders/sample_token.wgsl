// Second half of choosing the next token: the best of the parts that sample_part.wgsl found, written behind
// the last token unless the prompt reaches further. Ties go to the lowest token. Where no value is a number, or
// the best is infinite, there is nothing to choose from and NO_TOKEN is written.
//
// winners          [2, S, PARTS]     bits of the value, then the token
// prompt_lengths   [S]
// tokens           [S, CAPACITY]     prompts already in place
// A thread per sequence. Dispatch: ceil(S / 64).

override S: u32;
override PARTS: u32;
override CAPACITY: u32;

const NO_TOKEN = 0xffffffffu;
/// What sample_part.wgsl begins with, and leaves where nothing compares as larger.
const LOWEST = -3.4e38;

@group(0) @binding(0) var<storage, read> winners: array<u32>;
@group(0) @binding(1) var<storage, read> prompt_lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> tokens: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let next = uniforms.position + 1u;
  if (id.x >= S || next < prompt_lengths[id.x]) { return; }
  var best = LOWEST;
  var token = NO_TOKEN;
  for (var part = 0u; part < PARTS; part += uniforms.one) {
    let value = bitcast<f32>(winners[id.x * PARTS + part]);
    let candidate = winners[(S + id.x) * PARTS + part];
    if (value > best || (value == best && candidate < token) || token == NO_TOKEN) {
      best = value;
      token = candidate;
    }
  }
  // By its bits: a comparison with NaN may be anything.
  if ((bitcast<u32>(best) & 0x7f800000u) == 0x7f800000u || best <= LOWEST) { token = NO_TOKEN; }
  tokens[id.x * CAPACITY + next] = token;
}
