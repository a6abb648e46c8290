/**
 * The choice of the next token on the CPU, twin of shaders/sample_part.wgsl and sample_token.wgsl: greedy, or a
 * sample of softmax(logits / temperature) by the Gumbel-max trick with counter-based noise.
 */
import { at } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';

export interface SampleOptions {
  /** 0: the most likely token. */
  readonly temperature: number;
  readonly seed: number;
  /** Stream of the sequence. */
  readonly stream: number;
  /** Position that the token will have. */
  readonly position: number;
}

/** What sampling compares: logits, or logits / temperature + Gumbel noise. */
export function sampleValues(logits: ArrayLike<number>, options: SampleOptions): Float64Array {
  const { temperature, seed, stream, position } = options;
  const noise = new RandomDraws(seed, RandomStream.generatedTokens, position, stream);
  return Float64Array.from({ length: logits.length }, (_, token) => {
    const logit = at(logits, token);
    if (temperature === 0) return logit;
    return logit / temperature + gumbel(noise.u32(token));
  });
}

/** Token with the highest value, the lowest of equals. */
export function bestToken(values: ArrayLike<number>): number {
  let best = 0;
  for (let token = 1; token < values.length; token += 1) {
    if (at(values, token) > at(values, best)) best = token;
  }
  return best;
}

/** −ln(−ln u), u the top 23 bits and a half. */
function gumbel(bits: number): number {
  return -Math.log(-Math.log(((bits >>> 9) + 0.5) * 2 ** -23));
}
