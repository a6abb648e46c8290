// Second half of choosing the next token: the best of the parts that sample_part.wgsl found, written behind
// the last token unless the prompt reaches further. Ties go to the lowest token.
//
// winners          [2, S, PARTS]     bits of the value, then the token
// prompt_lengths   [S]
// tokens           [S, CAPACITY]     prompts already in place
// A thread per sequence. Dispatch: ceil(S / 64).

override S: u32;
override PARTS: u32;
override CAPACITY: u32;

@group(0) @binding(0) var<storage, read> winners: array<u32>;
@group(0) @binding(1) var<storage, read> prompt_lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> tokens: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let next = uniforms.position + 1u;
  if (id.x >= S || next < prompt_lengths[id.x]) { return; }
  var best = -3.4e38;
  var token = 0xffffffffu;
  for (var part = 0u; part < PARTS; part += uniforms.one) {
    let value = bitcast<f32>(winners[id.x * PARTS + part]);
    let candidate = winners[(S + id.x) * PARTS + part];
    if (value > best || (value == best && candidate < token) || token == 0xffffffffu) {
      best = value;
      token = candidate;
    }
  }
  tokens[id.x * CAPACITY + next] = token;
}
