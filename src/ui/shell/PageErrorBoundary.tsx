/** Catches a page that fails to draw, so that the others and the run in the worker stay reachable. */
import { Component, type ReactNode } from 'react';
import { describeError } from '../../base/lab_error';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error: unknown;
  readonly failed: boolean;
}

export class PageErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, failed: false };

  static getDerivedStateFromError(error: unknown): State {
    return { error, failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const { message } = describeError(this.state.error);
    return (
      <div className="page-failed" role="alert">
        <h1>This page could not be drawn</h1>
        <p>{message}</p>
        <p className="quiet">
          Runs go on in the background and the other pages work. If it happens again, reload the
          page; the settings are in its address.
        </p>
        <p className="page-failed-actions">
          <button
            className="button button-primary"
            type="button"
            onClick={() => this.setState({ error: null, failed: false })}
          >
            Draw it again
          </button>
          <button className="button" type="button" onClick={() => window.location.reload()}>
            Reload
          </button>
        </p>
      </div>
    );
  }
}
