/** Where files go that are dropped onto the page. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeFiles } from '../../../src/state/dropped_files';
import { useLanguageModels } from '../../../src/state/language_models_store';
import { useNotices } from '../../../src/state/notices_store';

const reset = () => {
  useNotices.setState({ notices: [] });
  useLanguageModels.setState({ fetches: {} });
};
beforeEach(reset);
afterEach(reset);

it('says that a language model has to wait for the one before it', () => {
  useLanguageModels.setState({
    fetches: { 'dropped files': { status: 'fetching', files: {}, rate: null, error: null } },
  });
  takeFiles([new File(['x'], 'model.safetensors')]);
  expect(useNotices.getState().notices.map(({ tone, title }) => [tone, title])).toEqual([
    ['error', 'Another language model that was dropped is still being loaded.'],
  ]);
});

it('says what can be trained on when a file cannot', () => {
  takeFiles([new File(['x'], 'holiday.jpg')]);
  expect(useNotices.getState().notices.map(({ title }) => title)).toEqual([
    'holiday.jpg is no file that can be trained on.',
  ]);
});
