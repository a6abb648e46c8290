/** What all pages show. */
import { beforeEach, expect, it } from 'vitest';
import { useView } from '../../../src/state/view_store';

beforeEach(() => useView.setState({ runId: null, model: 0 }));

it('keeps the model that a link named until there is a run to show it of', () => {
  useView.getState().showModel(1);
  useView.getState().showRun('first');
  expect(useView.getState()).toMatchObject({ runId: 'first', model: 1 });
});

it('shows another run from its first model on', () => {
  useView.getState().showRun('first');
  useView.getState().showModel(1);
  useView.getState().showRun('second');
  expect(useView.getState()).toMatchObject({ runId: 'second', model: 0 });
});
