/** What the person calls the units of a run's models, as far as they are read. */
import { useCallback, useEffect } from 'react';
import { annotationsOf, readAnnotationsOf, useAnnotations } from '../../state/annotations';
import type { RunModel } from '../../state/run_record';

/** The name of a unit of a model of that run; '' for none. */
export function useUnitNames(
  runId: string | null | undefined,
): (model: number, unit: number) => string {
  const { byModel } = useAnnotations();
  return useCallback(
    (model, unit) =>
      runId == null ? '' : (annotationsOf({ byModel }, runId, model)[unit]?.name ?? ''),
    [byModel, runId],
  );
}

/** Reads the annotations of models when they are shown as they were after `step` steps of the run; null for not yet. */
export function useReadAnnotations(
  runId: string | null | undefined,
  models: readonly RunModel[] | undefined,
  step: number | null,
): void {
  const behind = models?.map(({ before }) => before.steps).join();
  useEffect(() => {
    if (runId == null || behind === undefined || step === null) return;
    behind.split(',').forEach((steps, model) => {
      void readAnnotationsOf({ runId, model, step: Number(steps) + step });
    });
  }, [runId, behind, step]);
}
