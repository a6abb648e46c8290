/** What went wrong, with the way out, where it went wrong. */
import type { ReactNode } from 'react';
import type { LabErrorData } from '../../base/lab_error';
import { Icon } from './Icon';

export interface ErrorNoteProps {
  readonly error: Pick<LabErrorData, 'message' | 'wayOut'>;
  /** What it is about, before the message. */
  readonly children?: ReactNode;
  readonly className?: string;
  readonly onRetry?: () => void;
}

export function ErrorNote({ error, children, className = '', onRetry }: ErrorNoteProps) {
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
