/**
 * Where an analysis stands, in words: why there is nothing to show and what to do about it, how far it
 * is, that it failed, or what has become of the run since. `AnalysisEmpty` fills a page that has no answer
 * yet, `AnalysisBar` is one line above an answer. They know no page.
 */
import type { ReactNode } from 'react';
import { smallest } from '../../base/array';
import { useCurrentRun } from '../../state/current';
import { formatInteger } from '../plots/format';
import { hrefOf } from '../route';
import './analysis_status.css';
import { sinceText } from './answer_age';
import { useEngineLack } from './engine_lack';
import { Icon } from './Icon';
import { NeededFiles, useLacking } from './NeededFiles';
import type { AnalysisView, Obstacle } from './use_analysis';
import { useWaitingText } from './waiting_text';

type Followed = Pick<
  AnalysisView<'groups' | 'diagnose'>,
  'obstacle' | 'progress' | 'error' | 'start' | 'cancel'
>;

export interface AnalysisEmptyProps {
  readonly view: Followed;
  /** What will be here: "The groups of a trained model". */
  readonly subject: string;
}

/** Fills the page while there is no answer: the reason, and the one thing to do. */
export function AnalysisEmpty({ view, subject }: AnalysisEmptyProps) {
  const waiting = useWaitingText();
  const lack = useEngineLack();
  const runId = useCurrentRun((run) => run.id) ?? null;
  const { lacking } = useLacking(runId);
  if (lack !== null) {
    return (
      <Middle title={lack.title}>
        <p>{lack.reason}</p>
        <a className="button button-primary" href={hrefOf('train')}>
          More on the Train page
        </a>
      </Middle>
    );
  }
  if (view.progress !== null) {
    return (
      <Middle title="Analysing">
        <Progress {...view.progress} />
        <button type="button" className="button" onClick={view.cancel}>
          Cancel
        </button>
      </Middle>
    );
  }
  if (waiting !== null && view.obstacle !== null && view.obstacle !== 'training') {
    const { title, reason, help } = waiting;
    return (
      <Middle title={title}>
        <p>
          {reason} {help}
        </p>
      </Middle>
    );
  }
  if (view.obstacle === 'failed') return <NotBegun />;
  if (view.error?.code === 'needs_data' && lacking.length > 0) {
    return (
      <Middle title={`This run needs ${lacking.map(({ name }) => name).join(', ')}`}>
        <NeededFiles runId={runId ?? ''} onReady={view.start} />
      </Middle>
    );
  }
  if (view.error !== null) {
    return (
      <Middle title={view.error.message}>
        <p>{view.error.wayOut}</p>
        <button type="button" className="button" onClick={view.start}>
          Try again
        </button>
      </Middle>
    );
  }
  if (view.obstacle === 'training') {
    return (
      <Middle title="Still training">
        <p>
          <StepNow /> {subject} can be looked at now; training pauses for a moment.
        </p>
        <button type="button" className="button button-primary" onClick={view.start}>
          Analyse now
        </button>
      </Middle>
    );
  }
  if (view.obstacle === null) {
    return (
      <Middle title="Not analysed">
        <p>{subject} appear here once the trained model is analysed.</p>
        <button type="button" className="button button-primary" onClick={view.start}>
          Analyse
        </button>
      </Middle>
    );
  }
  const [title, text, link] = reasons[view.obstacle];
  return (
    <Middle title={title}>
      <p>{text.replace('%', subject)}</p>
      <a className="button button-primary" href={hrefOf('train')}>
        {link}
      </a>
    </Middle>
  );
}

const reasons: Readonly<
  Record<
    Exclude<Obstacle, 'training' | 'failed' | null>,
    readonly [title: string, text: string, link: string]
  >
> = {
  no_run: [
    'Nothing trained yet',
    '% appear here. The first experiment takes about a minute.',
    'Go to Train',
  ],
  untrained: [
    'Nothing trained yet',
    '% appear here once the run has taken its first steps.',
    'Go to Train',
  ],
  recorded: [
    'A recorded run',
    'This run ships with the lab: its curves are here, its weights are not. Train it yourself to look inside.',
    'Go to Train',
  ],
  lost: [
    'The weights are gone',
    'The engine was restarted and no longer holds this run. Its curves are kept; train it again to look inside.',
    'Train again',
  ],
};

/** A run that failed before its first step: its own reason, which no page knows better. */
function NotBegun() {
  const name = useCurrentRun((run) => run.name) ?? 'The run';
  const error = useCurrentRun((run) => run.error);
  return (
    <Middle title={`${name} could not begin`}>
      <p>
        {error?.message} {error?.wayOut}
      </p>
      <a className="button button-primary" href={hrefOf('train')}>
        Go to Train
      </a>
    </Middle>
  );
}

function Middle({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="analysis-empty">
      <h1>{title}</h1>
      {children}
    </div>
  );
}

function StepNow() {
  const step = useCurrentRun((run) => run.step) ?? 0;
  const total = useCurrentRun((run) => run.totalSteps) ?? 0;
  return (
    <>
      The run is at step {formatInteger(step)} of {formatInteger(total)}.
    </>
  );
}

function Progress({ fraction, stage }: { readonly fraction: number; readonly stage: string }) {
  const percent = Math.round(100 * fraction);
  return (
    <div className="analysis-progress">
      <div
        className="analysis-track"
        role="progressbar"
        aria-label="Analysis"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${percent} %, ${stage}`}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      <span>{stage}</span>
    </div>
  );
}

/** One line above an answer when it is out of date, being renewed, or could not be renewed; else nothing. */
export function AnalysisBar({
  view,
}: {
  readonly view: Followed & Pick<AnalysisView<'groups' | 'diagnose'>, 'made'>;
}) {
  const since = useCurrentRun((run) => sinceText(run, view.made)) ?? null;
  const possible = view.obstacle === null || view.obstacle === 'training';
  const runId = useCurrentRun((run) => run.id) ?? null;
  const { lacking } = useLacking(runId);
  if (view.progress !== null) {
    return (
      <div className="analysis-bar" role="status">
        <Progress {...view.progress} />
        <button type="button" className="button button-quiet" onClick={view.cancel}>
          Cancel
        </button>
      </div>
    );
  }
  if (view.error?.code === 'needs_data' && lacking.length > 0) {
    return (
      <div className="analysis-bar">
        <NeededFiles runId={runId ?? ''} onReady={view.start} />
      </div>
    );
  }
  if (view.error !== null) {
    return (
      <div className="analysis-bar analysis-bar-bad" role="alert">
        <Icon name="warning" />
        <span>
          {view.error.message} {view.error.wayOut}
        </span>
        {possible && (
          <button type="button" className="button button-quiet" onClick={view.start}>
            Try again
          </button>
        )}
      </div>
    );
  }
  if (since === null) return null;
  const step = smallest(view.made.map((moment) => moment.step));
  return (
    <div className="analysis-bar">
      <span>
        Analysed at step {formatInteger(step)}; {since}.
        {!possible && ' Its weights are gone, so this is the last analysis.'}
      </span>
      {possible && (
        <button type="button" className="button button-quiet" onClick={view.start}>
          Analyse now
        </button>
      )}
    </div>
  );
}
