/** What the scripted engine answers about annotations: they are where the engine has them, in memory; the weights of a model are the same in every run. */
import { MemoryFileStore } from '../../src/io/file_store';
import { readAnnotations } from '../../src/lab/keep/annotations_file';
import { KeptRuns } from '../../src/lab/keep/kept_runs';
import { RunAnnotations } from '../../src/lab/keep/run_annotations';
import { NO_ANNOTATIONS } from '../../src/lab/run/annotations';
import type { Script } from './fake_language';
import { MemoryIndex, MemoryLocks } from './memory_runs';

/** SHA-256 of a model's weights. */
export const fakeWeights = (model: number): string => String(model).padStart(64, '5a');

export type AnnotationScript = Pick<
  Script,
  'annotations' | 'annotate' | 'attach_annotations' | 'weights_sha256'
>;

export function annotationsScript(): AnnotationScript {
  const kept = new RunAnnotations(
    new KeptRuns({
      files: new MemoryFileStore(),
      index: new MemoryIndex(),
      locks: new MemoryLocks(),
      now: () => 0,
    }),
  );
  const looked = (model: number, step: number) => ({
    step,
    weights: () => Promise.resolve(fakeWeights(model)),
  });
  return {
    annotations: ({ runId, annotated, step }) =>
      kept.read(runId, annotated, looked(annotated, step)),
    annotate: ({ runId, annotated, step, changes }) =>
      kept.change(runId, annotated, changes, looked(annotated, step)),
    attach_annotations: async ({ runId, annotated, step, weights, file }) => {
      const came = file === null ? NO_ANNOTATIONS : readAnnotations(file.bytes, file.label);
      return { ...(await kept.attach(runId, annotated, came, weights, step)), unread: null };
    },
    weights_sha256: ({ model }) => [fakeWeights(model)],
  };
}
