/** What splicing measured, the models side by side: losses on a ruler, scores, and of which models and tokens they are. */
import type { QualityReport } from '../../../lab/protocol/model_report';
import type { Faithfulness, SplicedModel } from '../../../lab/protocol/lm_protocol';
import { useCurrentRun } from '../../../state/current';
import { sinceText, trainedText, type AgedRun } from '../../parts/answer_age';
import { lackOf, qualityMeasures, useHeldOut } from '../../parts/held_out';
import { Hint } from '../../parts/Hint';
import type { MeasureText } from '../../parts/Measure';
import { formatExact, formatFixed, formatInteger, formatPercent } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { LossRuler } from './LossRuler';
import { textTexts } from './texts';

interface Line {
  readonly label: string;
  readonly text: MeasureText;
  /** Null where it is not defined; `report` is the held-out evaluation of the same weights, where there is one. */
  readonly value: (faithfulness: Faithfulness, report: QualityReport | null) => number | null;
  readonly format: (value: number) => string;
  readonly strong?: boolean;
  /** Why the evaluation has no such number. */
  readonly lack?: (report: QualityReport) => string | null;
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
      {
        label: 'columns per token (l0)',
        text: textTexts.l0,
        value: (f) => f.l0,
        format: (v) => formatFixed(v, 1),
      },
    ],
  },
];

/** What a row costs, of the model's evaluation. */
const COSTS: (typeof PARTS)[number] = {
  title: 'Cost, last evaluation',
  lines: qualityMeasures
    .filter(({ of }) => of === 'cost')
    .map(({ id, label, text, format }) => ({
      ...{ label, text, format },
      value: (_, report) => report?.[id] ?? null,
      lack: (report) => lackOf(report, id),
    })),
};

/** Why a line has no number. */
function noneText(lack: Line['lack'], report: QualityReport | null): string {
  if (lack === undefined) return NOT_DEFINED;
  return report === null ? NOT_MEASURED : (lack(report) ?? NOT_DEFINED);
}

const NOT_DEFINED = 'Not defined: there is nothing to divide by';
const NOT_MEASURED = 'Not measured of these weights: evaluate them on the Train page';

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

/** "made at step 1 500, 96 000 samples"; model by model where they were measured at different steps. */
export function measuredAt(
  run: AgedRun,
  measured: readonly { readonly name: string; readonly answer: Pick<SplicedModel, 'step'> }[],
): string {
  const texts = measured.map(({ answer }) => trainedText(run, answer.step));
  const [only] = texts;
  if (new Set(texts).size === 1 && only !== undefined) return `made at ${only}`;
  return `made at ${measured.map(({ name }, place) => `${texts[place] ?? ''} of ${name}`).join('; ')}`;
}

export interface MeasuredModel {
  readonly index: number;
  readonly name: string;
  readonly answer: SplicedModel;
  /** Changes of its own settings that it had behind it. */
  readonly changes: number;
}

export function FaithfulnessResult({ measured }: { readonly measured: readonly MeasuredModel[] }) {
  const moments = measured.map(({ index, answer, changes }) => ({
    model: index,
    step: answer.step,
    changes,
  }));
  const made = useCurrentRun((run) => measuredAt(run, measured)) ?? '';
  const since = useCurrentRun((run) => sinceText(run, moments)) ?? null;
  // Said by name, which a selector may give anew each time.
  const old = (
    useCurrentRun((run) =>
      moments
        .filter((moment) => sinceText(run, [moment]) !== null)
        .map(({ model }) => model)
        .join(),
    ) ?? ''
  ).split(',');
  const isOld = (index: number) => old.includes(String(index));
  const { answers, changed } = useHeldOut(useCurrentRun((run) => run.id) ?? null);
  const reports = measured.map(({ index, answer }) => {
    const evaluated = answers[index] ?? null;
    return changed === null && evaluated?.step === answer.step ? evaluated.report : null;
  });
  const parts = reports.some((report) => report !== null) ? [...PARTS, COSTS] : PARTS;
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
        {parts.map(({ title, lines }) => (
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
              {lines.map(({ label, text, value, format, strong, lack }) => (
                <tr key={label} data-strong={strong}>
                  <th scope="row">
                    <Hint {...text}>
                      <span tabIndex={0}>{label}</span>
                    </Hint>
                  </th>
                  {measured.map(({ index, answer }, place) => (
                    <ResultCell
                      key={index}
                      value={value(answer, reports[place] ?? null)}
                      format={format}
                      old={isOld(index)}
                      none={noneText(lack, reports[place] ?? null)}
                    />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      <p className="quiet faithfulness-note">
        {measuredOn(measured)} at layer {first.layer}, {made}.{' '}
        {since !== null && <b>Since then {since}: measure again.</b>} The first position of a text
        is left as it is in all cases. A score of 0 is as bad as the ablation, 1 is no damage; all
        are exact for these tokens.
      </p>
    </>
  );
}

interface ResultCellProps {
  readonly value: number | null;
  readonly format: (value: number) => string;
  /** Whether its model is another by now. */
  readonly old: boolean;
  /** What is said where there is no number. */
  readonly none: string;
}

/** A number with all its digits to point at; a dash where there is none: it would divide by 0, or was not measured. */
function ResultCell({ value, format, old, none }: ResultCellProps) {
  if (value === null)
    return (
      <td data-old={old} title={none}>
        –
      </td>
    );
  return (
    <td data-old={old} title={formatExact(value)}>
      {format(value)}
    </td>
  );
}
