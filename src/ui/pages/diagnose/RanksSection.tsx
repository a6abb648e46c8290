/** Ranks: what the weights of a group offer against what its codes use. For models of blocks only. */
import { useMemo } from 'react';
import { at } from '../../../base/array';
import { navigate } from '../../route';
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatFixed } from '../../plots/format';
import { HeatMatrix } from '../../plots/HeatMatrix';
import { modelColor } from '../../plots/palette';
import { ScatterPlot } from '../../plots/ScatterPlot';
import type { DiagnosedModel } from './diagnosed';
import { rankMatrixTable, ranksTable } from './figure_tables';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts } from './texts';

export function RanksSection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const blocks = models.filter(({ model }) => model.rank > 1);
  if (blocks.length === 0) return null;
  return (
    <Section
      id="ranks"
      title="Ranks"
      question="Does a group use the dimensions that it has? Weights say what it could do, codes what it does."
    >
      <ModelColumns models={blocks}>
        {(diagnosed) => (
          <div className="diagnose-pair">
            <RankScatter diagnosed={diagnosed} />
            <RankMatrix diagnosed={diagnosed} />
          </div>
        )}
      </ModelColumns>
    </Section>
  );
}

const twoDecimals = (value: number) => formatFixed(value, 2);

function RankScatter({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { points } = diagnosis.ranks;
  const x = useMemo(() => points.map(({ weightStableRank }) => weightStableRank), [points]);
  const y = useMemo(() => points.map(({ codeStableRank }) => codeStableRank), [points]);
  return (
    <FigureFrame
      title="Stable rank, weights against codes"
      hint={plainText(diagnoseTexts.ranksScatter)}
      fileName={`ranks-${model.name}`}
      csv={() => ranksTable(diagnosis)}
    >
      <ScatterPlot
        label={`Stable rank of weights against codes, ${model.name}`}
        height={260}
        x={x}
        y={y}
        xLabel="of weights"
        yLabel="of codes"
        domain={[1, model.rank]}
        color={modelColor(model.index)}
        labelOf={(index) => `${model.unitName} ${at(points, index).group}`}
        format={twoDecimals}
        onPick={(index) =>
          navigate('groups', { model: model.index, group: at(points, index).group })
        }
        empty="No group is live."
      />
    </FigureFrame>
  );
}

function RankMatrix({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { points } = diagnosis.ranks;
  const size = model.rank;
  const counts = useMemo(() => {
    const matrix = new Float64Array(size * size);
    for (const { weightRank90, codeRank90 } of points) {
      // A group that fires less than twice uses no dimension; it has no place here.
      if (weightRank90 < 1 || codeRank90 < 1) continue;
      const cell = (size - weightRank90) * size + codeRank90 - 1;
      matrix[cell] = at(matrix, cell) + 1;
    }
    return matrix;
  }, [points, size]);
  const rankOfRow = (row: number) => size - row;
  return (
    <FigureFrame
      title="Groups by rank for 90 %"
      hint={plainText(diagnoseTexts.rankMatrix)}
      fileName={`rank90-${model.name}`}
      csv={() => rankMatrixTable(counts, size)}
    >
      <HeatMatrix
        label={`Live groups by rank of weights and of codes, ${model.name}`}
        height={260}
        values={counts}
        rows={size}
        columns={size}
        rowLabels={Array.from({ length: size }, (_, row) => `weights ${rankOfRow(row)}`)}
        columnLabels={Array.from({ length: size }, (_, column) => `codes ${column + 1}`)}
        format={(count) => (count === 0 ? '' : String(count))}
        onPick={(row, column) =>
          navigate('groups', {
            model: model.index,
            filter: `wrank90 = ${rankOfRow(row)} and rank90 = ${column + 1}`,
          })
        }
      />
    </FigureFrame>
  );
}
