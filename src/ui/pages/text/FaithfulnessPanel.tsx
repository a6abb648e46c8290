/**
 * What the language model loses when a trained autoencoder takes the place of the residual stream, for all
 * models of the run side by side, against two ablations.
 */
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Faithfulness } from '../../../lab/protocol/lm_protocol';
import { modelKey } from '../../../state/analyses_store';
import { engine, useEngine } from '../../../state/engine_store';
import type { Run } from '../../../state/run_record';
import {
  cancelQuestion,
  measureFaithfulness,
  textAnswer,
  useText,
} from '../../../state/text_store';
import { Choice } from '../../parts/Choice';
import { Hint } from '../../parts/Hint';
import { Icon } from '../../parts/Icon';
import type { MeasureText } from '../../parts/Measure';
import { formatExact, formatFixed, formatInteger, formatPercent } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { LossRuler } from './LossRuler';
import { textTexts } from './texts';

/** Held-out tokens to measure on; a software adapter begins with the fewest. */
const SIZES = [512, 2048, 8192, 32768] as const;
const FIRST_SIZE = { gpu: SIZES[2], software: SIZES[0] };

interface Line {
  readonly label: string;
  readonly text: MeasureText;
  /** Null where it is not defined. */
  readonly value: (faithfulness: Faithfulness) => number | null;
  readonly format: (value: number) => string;
  readonly strong?: boolean;
}

const nats = (value: number) => formatFixed(value, 3);

const PARTS: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: 'Scores, mean ablation',
    lines: [
      {
        label: 'KL score',
        text: textTexts.klScoreMean,
        value: (f) => f.kl_score_mean_ablation,
        format: formatPercent,
        strong: true,
      },
      {
        label: 'CE score',
        text: textTexts.ceScoreMean,
        value: (f) => f.ce_score_mean_ablation,
        format: formatPercent,
        strong: true,
      },
    ],
  },
  {
    title: 'Scores, zero ablation',
    lines: [
      {
        label: 'KL score',
        text: textTexts.klScoreZero,
        value: (f) => f.kl_score_zero_ablation,
        format: formatPercent,
      },
      {
        label: 'CE score',
        text: textTexts.ceScoreZero,
        value: (f) => f.ce_score_zero_ablation,
        format: formatPercent,
      },
    ],
  },
  {
    title: 'KL from the original, nats',
    lines: [
      { label: 'autoencoder', text: textTexts.klSae, value: (f) => f.kl_sae, format: nats },
      {
        label: 'mean ablation',
        text: textTexts.klMean,
        value: (f) => f.kl_mean_ablation,
        format: nats,
      },
      {
        label: 'zero ablation',
        text: textTexts.klZero,
        value: (f) => f.kl_zero_ablation,
        format: nats,
      },
    ],
  },
  {
    title: 'Reconstruction',
    lines: [
      {
        label: 'explained variance',
        text: textTexts.explained,
        value: (f) => f.explained_variance,
        format: nats,
      },
      {
        label: 'the same, uncentred',
        text: textTexts.explainedLegacy,
        value: (f) => f.explained_variance_legacy,
        format: nats,
      },
      { label: 'l0', text: textTexts.l0, value: (f) => f.l0, format: (v) => formatFixed(v, 1) },
    ],
  },
];

export interface FaithfulnessPanelProps {
  readonly runId: string;
  readonly models: Run['models'];
}

export function FaithfulnessPanel({ runId, models }: FaithfulnessPanelProps) {
  const software = useEngine(
    ({ connection }) => connection.kind === 'ready' && connection.adapter.software,
  );
  const [tokens, setTokens] = useState<number>(software ? FIRST_SIZE.software : FIRST_SIZE.gpu);
  const analyses = useText(
    useShallow((state) =>
      models.map(({ index }) => textAnswer(state, 'faithfulness', modelKey(runId, index))),
    ),
  );
  const busy = analyses.findIndex(({ progress }) => progress !== null);
  const progress = analyses[busy]?.progress ?? null;
  const error = analyses.find((analysis) => analysis.error !== null)?.error ?? null;
  const measured = analyses.flatMap(({ answer }, index) =>
    answer === null ? [] : [{ index, name: models[index]?.name ?? '', answer }],
  );
  const measure = () => void measureInTurn(runId, models, tokens);
  const cancel = () => {
    for (const { index } of models) cancelQuestion('faithfulness', modelKey(runId, index));
  };
  return (
    <section className="text-card faithfulness" aria-labelledby="faithfulness-title">
      <header>
        <h2 id="faithfulness-title">Faithfulness</h2>
        <span className="quiet">
          what the language model loses when the reconstruction takes the place of its stream
        </span>
        <span className="text-tools-end">
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
        </span>
      </header>
      {progress !== null && (
        <p className="quiet faithfulness-progress" role="status">
          {models[busy]?.name}: {progress.stage}… {Math.round(100 * progress.fraction)} %
        </p>
      )}
      {error !== null && (
        <div className="note note-bad" role="alert">
          <Icon name="warning" />
          <span>
            {error.message} {error.wayOut}
          </span>
        </div>
      )}
      {measured.length === 0 ? (
        progress === null &&
        error === null && (
          <p className="quiet faithfulness-empty">
            Not measured. It reads held-out text three times a model: spliced in, with the mean of
            the stream in its place, and with nothing in its place.
          </p>
        )
      ) : (
        <Result measured={measured} />
      )}
    </section>
  );
}

/** One model after the other: the engine has one GPU. */
async function measureInTurn(runId: string, models: Run['models'], tokens: number): Promise<void> {
  for (const { index } of models) {
    await measureFaithfulness(engine, { runId, model: index }, tokens);
    const { error, answer } = textAnswer(
      useText.getState(),
      'faithfulness',
      modelKey(runId, index),
    );
    if (error !== null || answer === null) return;
  }
}

/** "On 2048 held-out tokens"; model by model where they were measured on different numbers of them. */
export function measuredOn(
  measured: readonly { readonly name: string; readonly answer: Pick<Faithfulness, 'tokens'> }[],
): string {
  const counts = new Set(measured.map(({ answer }) => answer.tokens));
  const [only] = counts;
  if (counts.size === 1 && only !== undefined) return `On ${formatInteger(only)} held-out tokens`;
  const each = measured.map(({ name, answer }) => `${name} on ${formatInteger(answer.tokens)}`);
  return `Not on the same tokens: ${each.join(', ')} held-out tokens`;
}

interface ResultProps {
  readonly measured: readonly {
    readonly index: number;
    readonly name: string;
    readonly answer: Faithfulness;
  }[];
}

function Result({ measured }: ResultProps) {
  const first = measured[0]?.answer;
  if (first === undefined) return null;
  return (
    <>
      <LossRuler
        marks={[
          { label: 'original', value: first.ce_original, text: textTexts.ceOriginal },
          ...measured.map(({ index, name, answer }) => ({
            label: name,
            value: answer.ce_sae,
            text: textTexts.ceSae,
            color: modelColor(index),
          })),
          { label: 'mean ablation', value: first.ce_mean_ablation, text: textTexts.ceMean },
          { label: 'zero ablation', value: first.ce_zero_ablation, text: textTexts.ceZero },
        ]}
      />
      <div className="faithfulness-parts" data-few={measured.length <= 2}>
        {PARTS.map(({ title, lines }) => (
          <table key={title}>
            <thead>
              <tr>
                <th scope="col">{title}</th>
                {measured.map(({ index, name }) => (
                  <th key={index} scope="col">
                    <span className="swatch" style={{ background: modelColor(index) }} />
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {lines.map(({ label, text, value, format, strong }) => (
                <tr key={label} data-strong={strong}>
                  <th scope="row">
                    <Hint {...text}>
                      <span tabIndex={0}>{label}</span>
                    </Hint>
                  </th>
                  {measured.map(({ index, answer }) => (
                    <ResultCell key={index} value={value(answer)} format={format} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      <p className="quiet faithfulness-note">
        {measuredOn(measured)} at layer {first.layer}. The first position of a text is left as it is
        in all cases.
      </p>
    </>
  );
}

interface ResultCellProps {
  readonly value: number | null;
  readonly format: (value: number) => string;
}

/** A number with all its digits to point at; a dash where there is none, since it would divide by 0. */
function ResultCell({ value, format }: ResultCellProps) {
  if (value === null) return <td title="Not defined: there is nothing to divide by">–</td>;
  return <td title={formatExact(value)}>{format(value)}</td>;
}
