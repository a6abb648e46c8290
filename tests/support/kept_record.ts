/** Records of kept runs for tests: a run that has begun, with `own` facts. */
import { keptRun, type KeptRun } from '../../src/lab/keep/run_index';

export function keptRecord(id: string, own: Partial<KeptRun> = {}): KeptRun {
  return keptRun({
    id,
    name: `Run ${id}`,
    config: {},
    settings: own.config ?? {},
    status: 'running',
    error: null,
    step: 0,
    totalSteps: 1000,
    createdAt: 1,
    savedAt: 1,
    seconds: 0,
    bytes: 0,
    checkpoints: [],
    evaluated: null,
    before: null,
    data: null,
    deletedAt: null,
    ...own,
  });
}
