/**
 * `lab eval`: what a model from a folder makes of some rows. One JSON object on stdout; codes and
 * reconstructions as .npy files on request, written block by block so that they may be larger than memory.
 */
import { refuseNotFinite } from '../base/finite';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import type { Dictionary } from '../analysis/types';
import type { ActivationSource, Split } from '../data/source';
import { bytesOf } from '../io/bytes';
import { npyHeader } from '../io/npy';
import type { SaeFolder } from '../io/sae_folder_reader';
import { refuseUnfolded } from '../lab/encode/data_fit';
import { Encoder } from '../lab/encode/encoder';
import { reportDryMoves } from '../lab/explore/dry_moves_report';
import { requirePlainCodes } from '../lab/explore/rows_for_moves';
import type { OpenWider, TrainedModel } from '../lab/encode/encoding';
import { rememberCodes } from '../lab/encode/remembered_codes';
import { evaluateModel } from '../lab/train/evaluate';
import { measureBits, withBits } from '../lab/train/measure_bits';
import { measureCodes } from '../lab/train/measure_codes';
import { reportRows, splitRows } from '../lab/run/report_rows';
import type { EvalRequest } from './arguments';
import { denseCodes, reconstruct } from './code_matrices';
import { openEvaluationData } from './data';
import { loadModel } from './model_folder';
import { withNodeDevice } from './node_gpu';
import { requireApart } from './path_uses';
import { rememberedData, tellGuessedFiles, type RememberedData } from './remembered_data';
import type { Terminal } from './terminal';
import { tryToWrite, writeWhole } from './written_files';

/** Rows encoded at a time for output files. */
const BLOCK_ROWS = 4096;
/** Larger files of codes are refused. */
const LARGEST_OUTPUT = 16 * 2 ** 30;

/** Runs `lab eval`. */
export async function evaluate(request: EvalRequest, terminal: Terminal): Promise<void> {
  const model = await loadModel(request.model);
  const { config, weights, provenance } = model;
  refuseUnfolded(config);
  const trained = rememberedData(provenance, request.model);
  await checkOutputs(request, trained);
  await withNodeDevice(async (open) => {
    const { source, split } = await openEvaluationData(
      request.data,
      request.split,
      trained,
      async () => (await open()).device,
    );
    if (request.data === 'lm') {
      tellGuessedFiles(trained, request.model, terminal);
      // Only now are the files known that the model's folder remembers.
      await checkOutputs(request, trained);
    }
    if (source.width !== weights.width) {
      throw new LabError(
        'bad_data',
        `${request.data} has rows of width ${source.width}, but ${request.model} has d_in ${weights.width}.`,
        'Give activations of the same place in the same model.',
      );
    }
    if (request.dryMoves) requirePlainCodes(config);
    const rows = splitRows(source, split);
    checkSize(request, rows, weights);
    const { device, lost } = await open();
    const encoder = await Encoder.upload(device, config, weights);
    const ready: TrainedModel = {
      config,
      weights,
      encode: (x, count, onProgress) => encoder.encode(x, count, onProgress),
    };
    const work = async (): Promise<void> => {
      // The rows of report.json where they are those that were held out, so that both say the same.
      const judged = split === 'held_out' ? reportRows(source) : { split, rows };
      const known = rememberCodes(ready, source);
      const measured = { ...ready, encode: known.encode };
      const evaluated = await evaluateModel(measured, known.source, judged);
      const { bits, leastSquares } = request;
      const report = bits
        ? withBits(evaluated, await measureBits(measured, known.source, judged))
        : evaluated;
      const counted = request.dryMoves
        ? { dry_moves: await reportDryMoves({ config, weights, ...unitsOf(provenance) }, source) }
        : {};
      const wider: OpenWider = (slots) => Encoder.upload(device, config, weights, slots);
      const fitted = leastSquares
        ? { codes: await measureCodes(measured, known.source, report, { ...judged, bits, wider }) }
        : {};
      const place = { source, split, rows };
      if (request.codes !== undefined) await writeCodes(request.codes, ready, place);
      if (request.reconstruction !== undefined) {
        await writeReconstruction(request.reconstruction, ready, place);
      }
      const { model: folder, data } = request;
      const all = { model: folder, data, ...report, ...fitted, ...counted };
      terminal.result(`${strictJson(all)}\n`);
    };
    try {
      await Promise.race([work(), lost.then((error) => Promise.reject(error))]);
    } finally {
      encoder.destroy();
    }
  });
}

/** λ and c that a folder of the lab says; one from elsewhere has no penalty that is known. */
function unitsOf(provenance: SaeFolder['provenance']): {
  lambda: number | null;
  inputScale: number;
} {
  const { lambda, input_scale: scale } = provenance ?? {};
  return {
    lambda: typeof lambda === 'number' ? lambda : null,
    inputScale: typeof scale === 'number' && scale > 0 ? scale : 1,
  };
}

/** What is written may not replace what is read, and must be writable. */
async function checkOutputs(request: EvalRequest, trained: RememberedData): Promise<void> {
  const writes = (['codes', 'reconstruction'] as const).flatMap((option) => {
    const path = request[option];
    return path === undefined ? [] : [{ what: `--${option}`, path }];
  });
  const reads = [
    { what: 'a file of --model', path: request.model },
    { what: '--data', path: request.data },
    ...trained.files.paths.map((path) => ({ what: 'a file of the data', path })),
  ];
  await requireApart(reads, writes);
  for (const { path } of writes) await tryToWrite(path);
}

function checkSize(request: EvalRequest, rows: number, weights: Dictionary): void {
  const columns = weights.groups * weights.rank;
  const bytes = rows * columns * 4;
  if (request.codes === undefined || bytes <= LARGEST_OUTPUT) return;
  throw new LabError(
    'bad_config',
    `The codes of ${rows} rows and ${columns} columns would take ${Math.round(bytes / 2 ** 30)} GiB, more than the ${LARGEST_OUTPUT / 2 ** 30} GiB that are written.`,
    'Evaluate a part of the rows.',
  );
}

interface Place {
  readonly source: ActivationSource;
  readonly split: Split;
  readonly rows: number;
}

/** Rows and their codes, block by block. */
async function* encodedBlocks(model: TrainedModel, { source, split, rows }: Place) {
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const { x, count } = await source.read(split, start, Math.min(BLOCK_ROWS, rows - start));
    const { codes } = await model.encode(x, count);
    yield { x, codes, start };
  }
}

async function writeCodes(path: string, model: TrainedModel, place: Place): Promise<void> {
  const latents = model.weights.groups * model.weights.rank;
  async function* pieces() {
    yield npyHeader([place.rows, latents]);
    for await (const { codes, start } of encodedBlocks(model, place)) {
      yield finiteBytes(denseCodes(codes), latents, start, 'The codes');
    }
  }
  await writeWhole(path, pieces());
}

async function writeReconstruction(path: string, model: TrainedModel, place: Place): Promise<void> {
  async function* pieces() {
    yield npyHeader([place.rows, model.weights.width]);
    for await (const { x, codes, start } of encodedBlocks(model, place)) {
      const rows = reconstruct(model.weights, model.config, codes, x);
      yield finiteBytes(rows, model.weights.width, start, 'The reconstruction');
    }
  }
  await writeWhole(path, pieces());
}

/** Bytes of rows from number `firstRow` on. Throws LabError `not_finite` when they are no numbers. */
function finiteBytes(
  values: Float32Array,
  width: number,
  firstRow: number,
  subject: string,
): Uint8Array {
  refuseNotFinite(values, [values.length / width, width], {
    code: 'not_finite',
    subject,
    wayOut:
      'Sums exceed float32: scale the rows, or give a model that was trained on rows of this size.',
    firstRow,
  });
  return bytesOf(values);
}
