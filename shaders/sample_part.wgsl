// First half of choosing the next token of each sequence: the best of a part of the vocabulary.
//
//   greedy      value[v] = logits[v]
//   sampled     value[v] = logits[v] / temperature + g_v,   g_v = -ln(-ln u_v)   (Gumbel-max: a sample of softmax)
//
// u_v is word v mod 4 of Philox block v / 4 with row = stream of the sequence, step = position of the token
// that is chosen, key (seed, STREAM); its top 23 bits and a half, so it is never 0 or 1. Part i of PARTS
// has the blocks i, i + PARTS, …  Ties go to the lowest token. The CPU twin is src/lm/sampling.ts.
//
// logits    [S, VOCABULARY]
// streams   [S]
// winners   [2, S, PARTS]   bits of the value, then the token
// Dispatch: ceil(S*PARTS / 64) workgroups. Source: Gumbel 1954; Maddison, Tarlow & Minka 2014.

override S: u32;
override VOCABULARY: u32;
override PARTS: u32;
override STREAM: u32;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> streams: array<u32>;
@group(0) @binding(2) var<storage, read_write> winners: array<u32>;

/// Above every g_v: -ln(-ln(1 - 2^-24)) is 16.64.
const MOST_NOISE = 16.7;

fn gumbel(bits: u32) -> f32 {
  let u = (f32(bits >> 9u) + 0.5) * 0x1p-23f;
  return -log_of_unit(-log_of_unit(u));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= S * PARTS) { return; }
  let sequence = id.x / PARTS;
  let part = id.x % PARTS;
  let base = sequence * VOCABULARY;
  let last = VOCABULARY - 1u;
  var best = -3.4e38;
  var token = min(part * 4u, last);
  for (var block = part; block * 4u < VOCABULARY; block += PARTS) {
    let v = vec4<u32>(block * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    var values = uniforms.inverse_temperature * vec4<f32>(
      logits[base + v.x], logits[base + min(v.y, last)],
      logits[base + min(v.z, last)], logits[base + min(v.w, last)]);
    let highest = max(max(values.x, values.y), max(values.z, values.w));
    if (uniforms.sampled != 0u && highest + MOST_NOISE > best) {
      let counter = vec4<u32>(block, streams[sequence], uniforms.position + 1u, 0u);
      let bits = philox4x32(counter, vec2<u32>(uniforms.seed, STREAM));
      values += vec4<f32>(gumbel(bits.x), gumbel(bits.y), gumbel(bits.z), gumbel(bits.w));
    }
    for (var j = 0u; j < 4u; j += 1u) {
      if (v[j] <= last && values[j] > best) {
        best = values[j];
        token = v[j];
      }
    }
  }
  winners[id.x] = bitcast<u32>(best);
  winners[S * PARTS + id.x] = token;
}
