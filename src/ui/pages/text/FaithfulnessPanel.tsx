/**
 * What the language model loses when a trained autoencoder takes the place of the residual stream, for all
 * models of the run side by side, against two ablations.
 */
import { useState } from 'react';
import { engine, useEngine } from '../../../state/engine_store';
import { giveUp, modelKey, pose, poseInTurn } from '../../../state/questions';
import type { Run } from '../../../state/run_record';
import { useModelQuestions } from '../../../state/use_question';
import { ErrorNote } from '../../parts/ErrorNote';
import { Choice } from '../../parts/Choice';
import { Panel } from '../../parts/Panel';
import { formatInteger } from '../../plots/format';
import { FaithfulnessResult } from './FaithfulnessResult';

/** Held-out tokens to measure on; a software adapter begins with the fewest. */
const SIZES = [512, 2048, 8192, 32768] as const;
const FIRST_SIZE = { gpu: SIZES[2], software: SIZES[0] };

export interface FaithfulnessPanelProps {
  readonly runId: string;
  readonly models: Run['models'];
}

export function FaithfulnessPanel({ runId, models }: FaithfulnessPanelProps) {
  const software = useEngine(
    ({ connection }) => connection.kind === 'ready' && connection.adapter.software,
  );
  const [tokens, setTokens] = useState<number>(software ? FIRST_SIZE.software : FIRST_SIZE.gpu);
  const places = models.map(({ index }) => index);
  const analyses = useModelQuestions('splice', runId, places);
  const busy = analyses.findIndex(({ progress }) => progress !== null);
  const progress = analyses[busy]?.progress ?? null;
  const error = analyses.find((analysis) => analysis.error !== null)?.error ?? null;
  const measured = analyses.flatMap(({ answer, changes }, index) =>
    answer === null ? [] : [{ index, name: models[index]?.name ?? '', answer, changes }],
  );
  const measure = () =>
    void poseInTurn(places, (model) => {
      const ask = { runId, model, tokens };
      return pose(engine, 'splice', modelKey(runId, model), ask, { stage: 'Splicing in' });
    });
  const cancel = () => {
    for (const model of places) giveUp('splice', modelKey(runId, model));
  };
  return (
    <Panel
      size="large"
      flush
      className="faithfulness"
      title="Faithfulness"
      beside={
        <span className="quiet">
          what the language model loses when the reconstruction takes the place of its residual
          stream
        </span>
      }
      actions={
        <>
          <Choice
            label="Held-out tokens"
            variant="quiet"
            value={String(tokens)}
            options={SIZES.map((size) => ({
              value: String(size),
              label: `${formatInteger(size)} tokens`,
            }))}
            onChange={(value) => setTokens(Number(value))}
          />
          {progress === null ? (
            <button type="button" className="button" onClick={measure}>
              {measured.length === 0 ? 'Measure' : 'Measure again'}
            </button>
          ) : (
            <button type="button" className="button" onClick={cancel}>
              Cancel
            </button>
          )}
        </>
      }
    >
      {progress !== null && (
        <p className="quiet faithfulness-progress" role="status">
          {models[busy]?.name}: {progress.stage}… {Math.round(100 * progress.fraction)} %
        </p>
      )}
      {error !== null && <ErrorNote error={error} onRetry={measure} />}
      {measured.length === 0 ? (
        progress === null &&
        error === null && (
          <p className="quiet faithfulness-empty">
            Not measured. It reads held-out text three times per model: spliced in, with the mean of
            the residual stream in its place, and with nothing in its place.
          </p>
        )
      ) : (
        <FaithfulnessResult measured={measured} />
      )}
    </Panel>
  );
}
