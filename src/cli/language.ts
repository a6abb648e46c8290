/**
 * The commands that run a language model alone: `lab generate` writes documents, `lab loss` reads a text,
 * `lab logits` shows every number of a forward pass to others who want to check it.
 */
import { refuseNotFinite } from '../base/finite';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { readCorpus } from '../data/corpus';
import { describeAdapter, type OpenedDevice } from '../gpu/device';
import { readBuffer } from '../gpu/readback';
import { bytesOf } from '../io/bytes';
import { npyHeader } from '../io/npy';
import type { LanguageModelStore, ReadyLanguageModel } from '../lab/language/language_model_store';
import { textLoss } from '../lab/text/text_loss';
import { afterBos } from '../lab/language/text_windows';
import { writeCorpus, type WrittenDocuments } from '../lab/language/written_documents';
import { DataFiles } from './data_files';
import { readBytes } from './files';
import type {
  GenerateRequest,
  LanguageRequest,
  LogitsRequest,
  LossRequest,
} from './language_arguments';
import { openModelStore } from './language_models';
import { openNodeDevice } from './node_gpu';
import { requireApart, type PathUse } from './path_uses';
import { clockTime, grouped, progressLines } from './progress';
import type { Terminal } from './terminal';
import { tryToWrite, writeWhole } from './written_files';

/** Runs one of these commands. */
export async function runLanguageCommand(
  request: LanguageRequest,
  terminal: Terminal,
): Promise<void> {
  await checkPaths(request);
  const opened = await openNodeDevice();
  const store = openModelStore(opened.device, new DataFiles({ asked: true }));
  try {
    const work = answer(request, opened, store, terminal);
    await Promise.race([work, opened.lost.then((error) => Promise.reject(error))]);
  } finally {
    await store.destroy();
    opened.device.destroy();
  }
}

/** What is written may not replace what is read, and must be writable. */
async function checkPaths(request: LanguageRequest): Promise<void> {
  const writes: PathUse[] = [];
  if (request.command !== 'loss') writes.push({ what: '--out', path: request.out });
  if (request.command === 'logits' && request.resid !== null) {
    writes.push({ what: '--resid', path: request.resid });
  }
  const model = request.command === 'generate' ? '--model' : '--lm';
  await requireApart([{ what: `a file of ${model}`, path: request.model }], writes);
  for (const { path } of writes) await tryToWrite(path);
}

async function answer(
  request: LanguageRequest,
  opened: OpenedDevice,
  store: LanguageModelStore,
  terminal: Terminal,
): Promise<void> {
  const language = await store.get(request.model);
  switch (request.command) {
    case 'generate':
      return generate(request, opened, language, terminal);
    case 'loss':
      return loss(request, opened.device, language, terminal);
    case 'logits':
      return logits(request, opened.device, language, terminal);
  }
}

const SEPARATOR = '<|endoftext|>';

async function generate(
  request: GenerateRequest,
  { device }: OpenedDevice,
  language: ReadyLanguageModel,
  terminal: Terminal,
): Promise<void> {
  const { model, documents, temperature, seed, atOnce, out } = request;
  const length = request.length ?? language.model.config.context;
  const started = terminal.now();
  const tell = ({ texts, tokens, unfinished }: WrittenDocuments): void => {
    const seconds = (terminal.now() - started) / 1000;
    terminal.write(
      `${grouped(texts.length)} of ${grouped(documents)} documents  ${grouped(tokens)} tokens  ${unfinished} left out  ${clockTime(seconds)}\n`,
    );
  };
  const options = { documents, temperature, seed, length, atOnce, onProgress: tell };
  const { texts, tokens, unfinished } = await writeCorpus(language, options);
  const file = /\.jsonl$/i.test(out)
    ? texts.map((text) => `${strictJson(text)}\n`).join('')
    : texts.map((text) => `${text}\n`).join(`${SEPARATOR}\n`);
  const bytes = new TextEncoder().encode(file);
  await writeWhole(out, [bytes]);
  print(terminal, {
    model,
    documents: texts.length,
    tokens,
    bytes: bytes.length,
    unfinished,
    temperature,
    seed,
    length,
    adapter: describeAdapter({ info: device.adapterInfo }).name,
  });
}

async function loss(
  { model, data, documents }: LossRequest,
  device: GPUDevice,
  language: ReadyLanguageModel,
  terminal: Terminal,
): Promise<void> {
  const texts = readCorpus(await readBytes(data), data).slice(0, documents ?? undefined);
  const encoded = texts.map((text) => language.tokenizer.encode(text));
  const result = await textLoss(device, language, encoded, progressLines(terminal));
  const { windows, tokens, crossEntropy } = result;
  print(terminal, {
    lm: model,
    data,
    documents: result.documents,
    windows,
    tokens,
    cross_entropy: crossEntropy,
  });
}

async function logits(
  { model, text, out, resid, layer }: LogitsRequest,
  device: GPUDevice,
  { model: lm, tokenizer }: ReadyLanguageModel,
  terminal: Terminal,
): Promise<void> {
  const { context, layers, vocabulary, width } = lm.config;
  const tokens = afterBos(tokenizer.bos, tokenizer.encode(text));
  const positions = tokens.length;
  if (positions > context) {
    throw new LabError(
      'bad_data',
      `The text has ${positions} tokens, its beginning included; ${model} reads ${context}.`,
      'Give a shorter text.',
    );
  }
  const hook = layer ?? layers;
  if (hook > layers) {
    throw new LabError(
      'bad_config',
      `--layer is ${hook}; ${model} has ${layers} blocks.`,
      `Give a layer from 0 to ${layers}.`,
    );
  }
  const below = await lm.forward({ sequences: 1, positions, from: 0, until: hook });
  const above = await lm.forward({
    sequences: 1,
    positions,
    from: hook,
    until: 'logits',
    continues: below,
  });
  try {
    below.setTokens(tokens);
    run(device, (pass) => below.record(pass));
    const residual = new Float32Array(await readBuffer(device, below.residual));
    run(device, (pass) => above.record(pass));
    if (above.logits === null) throw new RangeError('a pass to the logits has none');
    const values = new Float32Array(await readBuffer(device, above.logits));
    const files: readonly [string | null, string, Float32Array, number][] = [
      [out, 'logits', values.subarray(0, positions * vocabulary), vocabulary],
      [resid, 'residual stream', withoutPadding(residual, positions, width), width],
    ];
    // All of them before the first is written, so that none is left over.
    for (const [, what, matrix, columns] of files) {
      refuseNotFinite(matrix, [positions, columns], {
        code: 'not_finite',
        subject: `The ${what} of ${model}`,
        wayOut: 'The weights exceed float32: give the files of another model.',
      });
    }
    for (const [path, , matrix, columns] of files) {
      if (path !== null) await writeMatrix(path, matrix, positions, columns);
    }
  } finally {
    above.destroy();
    below.destroy();
  }
  print(terminal, {
    lm: model,
    tokens: Array.from(tokens),
    pieces: Array.from(tokens, (token) => tokenizer.textOf(token)),
    logits: [positions, vocabulary],
    ...(resid === null ? {} : { layer: hook, resid: [positions, width] }),
  });
}

function run(device: GPUDevice, record: (pass: GPUComputePassEncoder) => void): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** Rows without what fills them up to whole vec4s. */
function withoutPadding(rows: Float32Array, count: number, width: number): Float32Array {
  const stride = Math.ceil(width / 4) * 4;
  const values = new Float32Array(count * width);
  for (let row = 0; row < count; row += 1) {
    values.set(rows.subarray(row * stride, row * stride + width), row * width);
  }
  return values;
}

async function writeMatrix(
  path: string,
  values: Float32Array,
  rows: number,
  columns: number,
): Promise<void> {
  await writeWhole(path, [npyHeader([rows, columns]), bytesOf(values)]);
}

function print(terminal: Terminal, result: object): void {
  terminal.result(`${strictJson(result)}\n`);
}
