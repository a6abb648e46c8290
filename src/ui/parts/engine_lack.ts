/** Why nothing can be trained, opened or analysed in this browser, in words: the same on every page. */
import type { LabErrorCode } from '../../base/lab_error';
import { useEngine } from '../../state/engine_store';

export interface EngineLack {
  /** "The lab needs WebGPU, and this browser does not offer it" */
  readonly title: string;
  /** What the engine said, and what helps. */
  readonly reason: string;
}

/** What keeps the engine from running; null while it starts and once it runs. */
export function useEngineLack(): EngineLack | null {
  const error = useEngine(({ connection }) =>
    connection.kind === 'unavailable' ? connection.error : null,
  );
  return error === null
    ? null
    : { title: titleOf(error.code), reason: `${error.message} ${error.wayOut}` };
}

function titleOf(code: LabErrorCode): string {
  if (code === 'no_webgpu') return 'The lab needs WebGPU, and this browser does not offer it';
  if (code === 'no_adapter') return 'The lab needs WebGPU, and it found no graphics adapter';
  return 'The lab’s engine did not start';
}
