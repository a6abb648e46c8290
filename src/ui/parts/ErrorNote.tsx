/** What went wrong, with the way out, where it went wrong. */
import type { ReactNode } from 'react';
import type { LabErrorData } from '../../base/lab_error';
import { useCurrentRun } from '../../state/current';
import { Icon } from './Icon';
import { NeededFiles, useLacking } from './NeededFiles';

export interface ErrorNoteProps {
  readonly error: Pick<LabErrorData, 'message' | 'wayOut'> & Partial<Pick<LabErrorData, 'code'>>;
  /** What it is about, before the message. */
  readonly children?: ReactNode;
  readonly className?: string;
  readonly onRetry?: () => void;
}

export function ErrorNote({ error, children, className = '', onRetry }: ErrorNoteProps) {
  const runId = useCurrentRun((run) => run.id) ?? null;
  const { lacking } = useLacking(runId);
  if (error.code === 'needs_data' && lacking.length > 0 && onRetry !== undefined) {
    return (
      <div className={`note ${className}`.trimEnd()}>
        <Icon name="file" />
        <NeededFiles runId={runId ?? ''} onReady={onRetry} />
      </div>
    );
  }
  return (
    <div className={`note note-bad ${className}`.trimEnd()} role="alert">
      <Icon name="warning" />
      <span>
        {children !== undefined && <>{children} </>}
        {error.message} {error.wayOut}
        {onRetry !== undefined && (
          <>
            {' '}
            <button type="button" className="link-button" onClick={onRetry}>
              Try again
            </button>
          </>
        )}
      </span>
    </div>
  );
}
