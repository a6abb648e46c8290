/**
 * What encoding takes in memory: 8192 rows by a ReLU model of 16 384 latents (d = 64), of which a row switches on about
 * one in a hundred, then one in ten. Bytes on the GPU once the list of codes has grown, bytes of the table of codes on the CPU, and
 * the most that the process has held so far, which on a software adapter includes the GPU's. Given one of the shares, only
 * that, so that what it held is of this one alone.
 *
 *   node scripts/run_typescript.mjs bench/encode_memory.ts [0.01 | 0.1] [--json]
 */
import type { Dictionary } from '../src/analysis/types';
import { at } from '../src/base/array';
import { RandomDraws } from '../src/base/random';
import { Encoder } from '../src/lab/encode/encoder';
import { modelSchema } from '../src/sae/config';
import { openMachine } from './machine';

const WIDTH = 64;
const LATENTS = 16_384;
const ROWS = 8192;
/** Biases at which a pre-activation, a standard normal number with a bias, is above 0 in this share of the rows. */
const SHARES = [
  { share: 0.01, bias: -2.326 },
  { share: 0.1, bias: -1.2816 },
] as const;

/** Where the codes lie. */
const LISTS = ['active_units', 'coefs'];
const WEIGHTS = ['encoder', 'decoder', 'biases'];

function normal(length: number, stream: number): Float32Array {
  const draws = new RandomDraws(1, stream);
  return Float32Array.from({ length }, (_, i) => draws.normal(i));
}

/** Unit rows, E = D. */
function dictionaryWith(bias: number): Dictionary {
  const encoder = normal(LATENTS * WIDTH, 1);
  for (let latent = 0; latent < LATENTS; latent += 1) {
    const row = encoder.subarray(latent * WIDTH, (latent + 1) * WIDTH);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, i) => (row[i] = value / norm));
  }
  return {
    groups: LATENTS,
    rank: 1,
    width: WIDTH,
    encoder,
    decoder: encoder,
    encoderBias: new Float32Array(LATENTS).fill(bias),
    decoderBias: new Float32Array(WIDTH),
  };
}

const mib = (bytes: number) => Number((bytes / 2 ** 20).toFixed(1));
const peakMib = () => mib(process.resourceUsage().maxRSS * 1024);

async function measure(device: GPUDevice, share: number, bias: number) {
  const config = modelSchema.parse({
    architecture: 'standard',
    d_sae: LATENTS,
    l1_coefficient: 0,
    normalize_activations: 'none',
  });
  const encoder = await Encoder.upload(device, config, dictionaryWith(bias));
  const { codes } = await encoder.encode(normal(ROWS * WIDTH, 2), ROWS);
  const bytesOf = (wanted: (name: string) => boolean) =>
    [...encoder.buffers].reduce((sum, [name, { size }]) => sum + (wanted(name) ? size : 0), 0);
  const result = {
    share_asked: share,
    share_on: Number((at(codes.offsets, ROWS) / ROWS / LATENTS).toFixed(4)),
    gpu_list_mib: mib(bytesOf((name) => LISTS.includes(name))),
    gpu_weights_mib: mib(bytesOf((name) => WEIGHTS.includes(name))),
    gpu_rest_mib: mib(bytesOf((name) => ![...LISTS, ...WEIGHTS].includes(name))),
    cpu_table_mib: mib(codes.offsets.byteLength + codes.active.byteLength + codes.codes.byteLength),
    process_peak_mib: peakMib(),
  };
  encoder.destroy();
  return result;
}

const { device, machine } = await openMachine();
const before = peakMib();
const results = [];
const asked = SHARES.filter(({ share }) => process.argv.includes(String(share)));
for (const { share, bias } of asked.length > 0 ? asked : SHARES)
  results.push(await measure(device, share, bias));
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ adapter: machine.adapter, peak_before_mib: before, results }));
} else {
  console.log(`${machine.adapter}, ${ROWS} rows, ${LATENTS} latents; ${before} MiB before`);
  console.table(results);
}
// Dawn's device would keep the process alive.
process.exit(0);
