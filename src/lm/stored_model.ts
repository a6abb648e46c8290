/**
 * What a reader of language models asks of a file of named tensors, and the questions that every such reader
 * puts to it: a matrix or a vector of an expected shape, no tensor missing and none left over. Which format
 * the tensors lie in is the caller's business (safetensors, in src/lab/language/stored_tensors.ts).
 */
import { LabError } from '../base/lab_error';
import type { Matrix } from './language_model';

/** Numbers of a tensor as they are stored, row-major; `f16` are bits of half floats. */
export type StoredNumbers =
  | { readonly format: 'f32'; readonly values: Float32Array }
  | { readonly format: 'f16'; readonly values: Uint16Array }
  | { readonly format: 'i8'; readonly values: Int8Array };

export interface StoredTensor {
  /** As the file names it, for messages. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /**
   * Its numbers (bfloat16 widened to float32). Throws LabError `bad_file` when they are of no known kind,
   * `bad_data` when one is NaN or infinite.
   */
  numbers(): StoredNumbers;
  /** Its numbers as float32. Throws LabError `bad_file` unless they are floats, `bad_data` as above. */
  floats(): Float32Array;
}

export interface StoredModel {
  /** Name of the file, for messages. */
  readonly label: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

const WAY_OUT = 'Weights and config.json must be of the same model; copy or download both again.';

/** A complaint about a stored model; `sentence` follows the file's name. */
export function badModelFile(label: string, sentence: string, wayOut = WAY_OUT): LabError {
  return new LabError('bad_file', `${label} ${sentence}.`, wayOut);
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** Takes tensors out of a stored model by name and remembers which, so that none is left over unseen. */
export class StoredModelReader {
  private readonly taken = new Set<string>();

  constructor(
    readonly stored: StoredModel,
    /** In front of every name of the file. */
    private readonly prefix = '',
  ) {}

  /** First size of a tensor; undefined when there is none of that name. */
  rowsOf(name: string): number | undefined {
    return this.stored.tensors.get(this.prefix + name)?.shape[0];
  }

  /** The tensor of that name. Throws LabError `bad_file` with both shapes when it is missing or of another. */
  tensor(name: string, shape: readonly number[]): StoredTensor {
    const { label, tensors } = this.stored;
    const full = this.prefix + name;
    const tensor = tensors.get(full);
    if (tensor === undefined) {
      throw badModelFile(label, `has no tensor "${full}" of shape ${shapeText(shape)}`);
    }
    if (shapeText(tensor.shape) !== shapeText(shape)) {
      const turned = shapeText(tensor.shape) === shapeText(shape.toReversed());
      throw badModelFile(
        label,
        `has tensor "${full}" of shape ${shapeText(tensor.shape)} where ${shapeText(shape)} is needed` +
          (turned ? ': it is transposed' : ''),
      );
    }
    this.taken.add(full);
    return tensor;
  }

  /** A vector as float32, in memory of its own: a norm that is kept must not keep the whole file. */
  vector(name: string, length: number): Float32Array {
    return this.tensor(name, [length]).floats().slice();
  }

  /**
   * The matrix `<name>.weight` [rows, columns] as it is stored; one of integers has float32 scales [rows]
   * under `<name>.scale`.
   */
  matrix(name: string, rows: number, columns: number): Matrix {
    const numbers = this.tensor(`${name}.weight`, [rows, columns]).numbers();
    return numbers.format === 'i8'
      ? { ...numbers, rows, columns, scales: this.vector(`${name}.scale`, rows) }
      : { ...numbers, rows, columns };
  }

  /** Throws LabError `bad_file` naming tensors that nobody took, unless `ignored` says that they do not matter. */
  refuseLeftovers(ignored: (name: string) => boolean): void {
    const { label, tensors } = this.stored;
    const left = [...tensors]
      .filter(([full]) => !this.taken.has(full))
      .filter(([full]) => !ignored(this.bare(full)))
      .map(([full, { shape }]) => `"${full}" ${shapeText(shape)}`);
    if (left.length === 0) return;
    const more = left.length > 5 ? ` and ${left.length - 5} more` : '';
    throw badModelFile(
      label,
      `has tensors that this model has no place for: ${left.slice(0, 5).join(', ')}${more}`,
    );
  }

  private bare(full: string): string {
    return full.startsWith(this.prefix) ? full.slice(this.prefix.length) : full;
  }
}
