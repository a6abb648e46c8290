/** For data whose rows have labels: the strongest groups of each model and what they hold, while it trains. */
import { useDraftFacts } from '../../../state/draft_facts';
import type { LabelProbe } from '../../../lab/protocol/protocol';
import { formatInteger, formatPercent } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { joinLabels } from '../../parts/join_labels';
import { hrefOf } from '../../route';
import { useModelsShown, useShownCheckpoint } from './shown_checkpoint';
import './words.css';

export interface WordGroupsProps {
  /** What a label of a row is: a word of its own, or a token in a text. */
  readonly labelName: 'word' | 'token';
}

export function WordGroups({ labelName }: WordGroupsProps) {
  const models = useModelsShown();
  if (models === undefined) return <WordPreview labelName={labelName} />;
  return (
    <div className="panel words">
      {models.map(({ index, name, unitName, labels }) => (
        <section
          key={index}
          className="words-model"
          aria-label={`Strongest ${unitName}s of ${name}`}
        >
          <header className="words-head">
            <span className="swatch" style={{ background: modelColor(index) }} />
            <b>{name}</b>
            <span className="quiet">
              {unitName === 'group' ? 'strongest groups' : 'strongest latents'}
              {labels !== null && ` on ${probedRows(labels, labelName)}`}
            </span>
          </header>
          <WordTable probe={labels} model={index} unitName={unitName} labelName={labelName} />
        </section>
      ))}
    </div>
  );
}

/** "the first 2048 words", "1024 held-out tokens": the Groups page counts on more. */
function probedRows({ rows }: LabelProbe, labelName: 'word' | 'token'): string {
  const count = formatInteger(rows);
  return labelName === 'word' ? `the first ${count} words` : `${count} held-out tokens`;
}

interface WordTableProps extends WordGroupsProps {
  readonly probe: LabelProbe | null;
  readonly model: number;
  readonly unitName: 'group' | 'latent';
}

function WordTable({ probe, model, unitName, labelName }: WordTableProps) {
  const step = useShownCheckpoint();
  if (probe === null || probe.groups.length === 0) {
    return <p className="quiet words-empty">The first {labelName}s appear after a few steps.</p>;
  }
  const rowsText = probedRows(probe, labelName);
  return (
    <div className="words-scroll">
      <table className="words-table">
        <thead>
          <tr>
            <th scope="col">{unitName === 'group' ? 'Group' : 'Latent'}</th>
            <th scope="col">Strongest on</th>
            <th scope="col" title={`Share of ${rowsText} on which it fires`}>
              Fires
            </th>
            {unitName === 'group' && (
              <th scope="col" title="Singular values of its map that hold 90 % of their squares">
                rank90
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {probe.groups.map(({ group, labels, frequency, rank90 }) => (
            <tr key={group}>
              <td>
                <a href={hrefOf('groups', { model, group, step })}>{group}</a>
              </td>
              <td title={joinLabels(labels)}>{joinLabels(labels)}</td>
              <td>{formatPercent(frequency)}</td>
              {unitName === 'group' && <td>{rank90}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function WordPreview({ labelName }: WordGroupsProps) {
  const preview = useDraftFacts((facts) => facts.preview);
  const reading = useDraftFacts((facts) => facts.reading);
  const labels = preview?.labels ?? [];
  return (
    <div className="panel words words-preview">
      <p>
        {preview === null
          ? reading !== null
            ? `Reading the ${labelName}s…`
            : `The ${labelName}s appear here once the data can be read.`
          : `Each row is one ${labelName}${labelName === 'token' ? ' in its text' : ''}. While the models train, the ${labelName}s on which their strongest groups fire appear here.`}
      </p>
      <p className="words-sample" aria-hidden="true">
        {labels.map((label, index) => (
          <span key={index}>{label}</span>
        ))}
      </p>
    </div>
  );
}
