/**
 * `lab harvest`: activations of a language model as a .npy file for other programs, with a table of which
 * token each row is. Written block by block, so the file may be larger than memory; both files appear when
 * they are whole.
 */
import { join, parse } from 'node:path';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import type { ActivationSource, SourceText } from '../data/source';
import { bytesOf } from '../io/bytes';
import { npyHeader } from '../io/npy';
import { openData } from '../lab/language/open_data';
import type { LanguageDataConfig } from '../lab/run/run_config';
import { nodeAccess } from './data';
import { DataFiles } from './data_files';
import type { HarvestRequest } from './harvest_arguments';
import { withNodeDevice } from './node_gpu';
import { requireApart } from './path_uses';
import { Progress } from './progress';
import type { Terminal } from './terminal';
import { tryToWrite, writeWhole } from './written_files';

/** Rows read at a time. */
const BLOCK_ROWS = 4096;

/** Runs `lab harvest`. */
export async function harvest(request: HarvestRequest, terminal: Terminal): Promise<void> {
  const tokensPath = tokensFileOf(request.out);
  const writes = [
    { what: '--out', path: request.out },
    { what: 'the table of tokens', path: tokensPath },
  ];
  const reads = [
    { what: '--corpus', path: request.corpus },
    { what: 'a file of --model', path: request.model },
  ];
  await requireApart(reads, writes);
  for (const { path } of writes) await tryToWrite(path);
  await withNodeDevice(async (open) => {
    const { device, adapter, lost } = await open();
    const work = async (): Promise<void> => {
      const data = dataOf(request);
      const access = nodeAccess(new DataFiles({ asked: true }), () => Promise.resolve(device));
      const source = await openData(data, access, 0);
      const { text } = source;
      if (text === undefined) throw new RangeError('activations of a language model have a text');
      checkLength(request, source);
      terminal.write(`Reading ${source.label} with ${adapter.name}.\n`);
      const rowIds = new Uint32Array(request.tokens);
      await writeWhole(request.out, activations(request, source, rowIds, terminal));
      await writeWhole(tokensPath, tokenTable(data, text, rowIds));
      const written = { out: request.out, tokens: tokensPath, rows: request.tokens };
      terminal.result(`${strictJson({ ...written, width: source.width })}\n`);
    };
    await Promise.race([work(), lost.then((error) => Promise.reject(error))]);
  });
}

/** The table beside a file of activations: `acts.tokens.json` of `acts.npy`, so that a folder can hold several. */
function tokensFileOf(out: string): string {
  const { dir, name } = parse(out);
  return join(dir, `${name}.tokens.json`);
}

function dataOf(request: HarvestRequest): LanguageDataConfig {
  return {
    kind: 'lm',
    model: request.model,
    layer: request.layer,
    corpus: request.corpus,
    context_size: request.contextSize,
    prepend_bos: true,
    exclude_first: request.excludeFirst,
    n_batches_in_buffer: 1,
    store_batch_size_prompts: 32,
    seed: 0,
  };
}

function checkLength({ tokens, corpus }: HarvestRequest, source: ActivationSource): void {
  const { all } = source.size;
  if (all === null || tokens <= all) return;
  throw new LabError(
    'bad_config',
    `--tokens is ${tokens}; ${corpus === 'shipped' ? 'the text that ships' : corpus} has ${all}.`,
    'Ask for fewer, or give a longer text with --corpus.',
  );
}

async function* activations(
  { tokens }: HarvestRequest,
  source: ActivationSource,
  rowIds: Uint32Array,
  terminal: Terminal,
): AsyncGenerator<Uint8Array> {
  yield npyHeader([tokens, source.width]);
  const progress = new Progress(terminal, [], tokens, 'tokens');
  const started = terminal.now();
  for (let start = 0; start < tokens; start += BLOCK_ROWS) {
    const rows = await source.read('all', start, Math.min(BLOCK_ROWS, tokens - start));
    rowIds.set(rows.rowIds, start);
    yield bytesOf(rows.x);
    const samples = start + rows.count;
    const seconds = Math.max(1e-3, (terminal.now() - started) / 1000);
    if (samples < tokens) progress.update({ samples, samplesPerSecond: samples / seconds });
  }
  progress.finish(tokens);
}

/** The table in columns; entry i of each is about row i. */
function* tokenTable(
  data: LanguageDataConfig,
  text: SourceText,
  rowIds: Uint32Array,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const { model, layer, corpus, context_size, prepend_bos, exclude_first } = data;
  const about = {
    model,
    hook: `blocks.${layer}.hook_resid_pre`,
    corpus,
    context_size,
    prepend_bos,
    exclude_first,
    rows: rowIds.length,
  };
  yield encoder.encode(strictJson(about, 1).slice(0, -2));
  const columns: readonly (readonly [string, (rowId: number) => number | string])[] = [
    ['token', (rowId) => text.token(rowId)],
    ['text', (rowId) => text.tokenText(rowId)],
    ['document', (rowId) => text.document(rowId)],
    ['position', (rowId) => text.position(rowId)],
  ];
  for (const [name, valueOf] of columns) {
    yield encoder.encode(`,\n "${name}": [`);
    for (let start = 0; start < rowIds.length; start += BLOCK_ROWS) {
      const block = Array.from(rowIds.subarray(start, start + BLOCK_ROWS), valueOf);
      const list = strictJson(block).slice(1, -1);
      yield encoder.encode(start === 0 ? list : `,${list}`);
    }
    yield encoder.encode(']');
  }
  yield encoder.encode('\n}\n');
}
