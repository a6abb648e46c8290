/** The runs of this visit and those that this browser keeps: what they were, what came of them, and what can be taken home. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useRuns } from '../../../state/runs_store';
import { useEngineLack } from '../../parts/engine_lack';
import { hrefOf } from '../../route';
import { ExportAll } from './ExportRuns';
import { ImportRuns } from './ImportRuns';
import { OpenWeights } from './OpenWeights';
import { RunData } from './RunData';
import { RunRow } from './RunRow';
import { StorageUsed } from './StorageUsed';
import './runs.css';

/** Pixels: a row has one line per model. */
const LINE = 22;
const PADDING = 18;

export default function RunsPage() {
  const order = useRuns((state) => state.order);
  return (
    <main className="runs">
      {order.length === 0 ? (
        <NoRuns />
      ) : (
        <>
          <h1 className="visually-hidden">Runs</h1>
          <div className="runs-tools">
            <StorageUsed />
            <ExportAll />
            <ImportRuns />
            <OpenWeights />
          </div>
          <RunTable order={order} />
          <RunData />
        </>
      )}
    </main>
  );
}

function NoRuns() {
  const lack = useEngineLack();
  return (
    <div className="runs-empty">
      <h1>No runs yet</h1>
      <p>
        {lack === null
          ? 'Every run is listed here with its result, ready to be compared, exported as a SAELens folder, or shared as a link. This browser keeps them while they train: after a reload they are here again, and unfinished ones go on.'
          : `Nothing can be trained or opened here. ${lack.reason}`}
      </p>
      <div className="runs-empty-actions">
        <a className="button button-primary" href={hrefOf('train')}>
          {lack === null ? 'Go to Train' : 'More on the Train page'}
        </a>
        <ImportRuns />
        {lack === null && <OpenWeights />}
      </div>
    </div>
  );
}

const columns: readonly { readonly title: string; readonly about?: string }[] = [
  { title: 'Run' },
  { title: 'Status' },
  { title: 'Data' },
  { title: 'Models' },
  {
    title: 'Last batch: EV',
    about: 'Explained variance of the last logged training batch',
  },
  { title: 'Held out: EV', about: 'Explained variance of rows that were not trained on' },
  { title: 'Loss', about: 'Held out: squared error, summed over dimensions, mean over rows' },
  { title: 'l0', about: 'Held out: columns of the dictionary that describe a row' },
  { title: 'Dead', about: 'Held out: units that fired on none of the rows' },
  { title: 'Rows', about: 'Which rows the four numbers to the left are about' },
  { title: 'Steps' },
  { title: 'Time' },
  { title: 'Started' },
];

function RunTable({ order }: { readonly order: readonly string[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const newestFirst = order.toReversed();
  const rows = useVirtualizer({
    count: newestFirst.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 2 * LINE + PADDING,
    getItemKey: (index) => newestFirst[index] ?? index,
    overscan: 8,
  });
  return (
    <div
      className="panel runs-table"
      role="table"
      aria-label="Runs"
      aria-rowcount={order.length + 1}
    >
      <div className="runs-head runs-columns" role="row">
        {columns.map(({ title, about }) => (
          <span role="columnheader" key={title} title={about}>
            {title}
          </span>
        ))}
        <span role="columnheader">
          <span className="visually-hidden">Actions</span>
        </span>
      </div>
      <div className="runs-scroll" ref={scroller} role="rowgroup">
        <div className="runs-body" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const id = newestFirst[item.index];
            if (id === undefined) return null;
            return (
              <div
                key={item.key}
                ref={rows.measureElement}
                data-index={item.index}
                className="runs-place"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <RunRow id={id} position={item.index + 2} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
