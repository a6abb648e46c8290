/** A few rows to look at: shapes, words, beginnings of documents, or plain numbers. */
import { largest } from '../../../base/array';
import { useState } from 'react';
import { tokenPiece } from '../../../base/token_text';
import type { DataSample } from '../../../lab/protocol/data_protocol';
import { Panel } from '../../parts/Panel';
import { formatExact, formatFixed, formatInteger, formatNumber } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import type { Rotation } from '../../plots/props';
import { ShapeView } from '../../plots/ShapeView';
import { resolveColor, useTheme } from '../../plots/use_theme';
import { tokenTint } from '../text/token_colors';

/** Shapes drawn at once. */
const SHAPES = 24;

export function SampleRows({ sample }: { readonly sample: DataSample }) {
  switch (sample.kind) {
    case 'shapes':
      return <Shapes {...sample} />;
    case 'labels':
      return (
        <Sample title="Some rows" note="from the beginning; the number is the norm">
          <ul className="data-labels">
            {sample.rows.map(({ label, norm }, index) => (
              <li key={index} title={formatExact(norm)}>
                {label} <span className="quiet">{formatNumber(norm)}</span>
              </li>
            ))}
          </ul>
        </Sample>
      );
    case 'documents':
      return <Documents {...sample} />;
    case 'numbers':
      return <Numbers {...sample} />;
  }
}

interface SampleProps {
  readonly title: string;
  readonly note: string;
  readonly children: React.ReactNode;
}

function Sample({ title, note, children }: SampleProps) {
  return (
    <Panel size="large" title={title} beside={<span className="quiet">{note}</span>}>
      {children}
    </Panel>
  );
}

function Shapes({ shapes }: Extract<DataSample, { kind: 'shapes' }>) {
  const [rotation, setRotation] = useState<Rotation>({ azimuth: 0.6, elevation: 0.35 });
  const rest = shapes.length - SHAPES;
  return (
    <Sample
      title="The known features"
      note={`each in its own coordinates, cut at three; drag to turn${rest > 0 ? `; ${formatInteger(rest)} more are not drawn` : ''}`}
    >
      <div className="data-shapes">
        {shapes.slice(0, SHAPES).map(({ name, dimension, points, owners }) => (
          <figure key={name}>
            <figcaption>
              {name} <span className="quiet">{dimension}-D</span>
            </figcaption>
            <ShapeView
              label={name}
              height={150}
              points={points}
              owners={owners}
              rotation={rotation}
              onRotation={setRotation}
            />
          </figure>
        ))}
      </div>
    </Sample>
  );
}

function Documents({ documents }: Extract<DataSample, { kind: 'documents' }>) {
  const color = resolveColor(modelColor(0), useTheme());
  const theme = useTheme();
  const most = largest(
    documents.flatMap(({ tokens }) => tokens.map(({ norm }) => norm)),
    0,
  );
  return (
    <Sample
      title="Documents that are held out"
      note={`every token is a row; the deeper the colour, the larger its norm, up to ${formatFixed(most, 1)}`}
    >
      <ol className="data-documents">
        {documents.map(({ document, tokens }) => (
          <li key={document}>
            <span className="quiet">{document}</span>
            <p>
              {tokens.map((token, index) => {
                const { gap, body } = tokenPiece(token.text);
                return (
                  <span key={index}>
                    {index > 0 && gap}
                    <span
                      className="data-token"
                      title={`norm ${formatExact(token.norm)}`}
                      style={{
                        background: tokenTint(color, token.norm / most, theme) ?? undefined,
                      }}
                    >
                      {body}
                    </span>
                  </span>
                );
              })}{' '}
              <span className="quiet">…</span>
            </p>
          </li>
        ))}
      </ol>
    </Sample>
  );
}

function Numbers({ rows }: Extract<DataSample, { kind: 'numbers' }>) {
  const columns = rows[0]?.values.length ?? 0;
  return (
    <Sample title="Some rows" note="the first of the file, the first dimensions of each">
      <div className="data-numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">row</th>
              <th scope="col">norm</th>
              {Array.from({ length: columns }, (_, index) => (
                <th key={index} scope="col">
                  {index}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ rowId, norm, values }) => (
              <tr key={rowId}>
                <th scope="row">{rowId}</th>
                <td title={formatExact(norm)}>{formatNumber(norm)}</td>
                {values.map((value, index) => (
                  <td key={index} title={formatExact(value)}>
                    {formatFixed(value, 3)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Sample>
  );
}
