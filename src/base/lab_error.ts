/**
 * Errors a person can act on. Every failure that may reach the page or the terminal is a LabError:
 * a stable code for programs, a sentence that names the offending value, and the way out.
 */

export type LabErrorCode =
  | 'no_webgpu'
  | 'no_adapter'
  | 'device_lost'
  | 'engine_lost'
  | 'out_of_memory'
  | 'gpu_validation'
  | 'bad_config'
  | 'bad_file'
  | 'bad_data'
  | 'not_finite'
  | 'not_found'
  /** A run needs a file of the person's own that is not at hand. */
  | 'needs_data'
  | 'cancelled'
  | 'internal';

/** A named failure: `message` says what happened and with which value, `wayOut` what to do about it. */
export class LabError extends Error {
  override readonly name = 'LabError';
  constructor(
    readonly code: LabErrorCode,
    message: string,
    readonly wayOut: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A LabError as plain data, for messages between worker and page. */
export interface LabErrorData {
  readonly code: LabErrorCode;
  readonly message: string;
  readonly wayOut: string;
}

/** Any thrown value as LabErrorData; an unknown error becomes code `internal`. */
export function describeError(error: unknown): LabErrorData {
  if (error instanceof LabError) {
    return { code: error.code, message: error.message, wayOut: error.wayOut };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message,
    wayOut: 'This is a defect of the lab. Reload the page; if it happens again, please report it.',
  };
}
