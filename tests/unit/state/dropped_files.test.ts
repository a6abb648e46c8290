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
  const waits = ['error', 'Another language model that was dropped is still being loaded.'];
  takeFiles([new File(['x'], 'model.safetensors')]);
  // Weights in another form are a model's, too, though config.json alone would be a text.
  for (const name of ['pytorch_model.bin', 'model.safetensors.index.json']) {
    takeFiles([new File(['{}'], 'config.json'), new File(['x'], name)]);
  }
  expect(useNotices.getState().notices.map(({ tone, title }) => [tone, title])).toEqual([
    waits,
    waits,
    waits,
  ]);
});

it('says how to take an array out of a .npz', () => {
  takeFiles([new File(['x'], 'rows.npz')]);
  expect(useNotices.getState().notices).toMatchObject([
    {
      title: 'rows.npz is a .npz archive of NumPy, which holds several arrays.',
      detail:
        'In Python: import numpy as np; z = np.load("rows.npz"); print(z.files); np.save("rows.npy", z[z.files[0]]), or another of the names instead of the first.',
    },
  ]);
});

it('says what can be trained on when a file cannot', () => {
  takeFiles([new File(['x'], 'holiday.jpg')]);
  expect(useNotices.getState().notices.map(({ title }) => title)).toEqual([
    'holiday.jpg is no file that can be trained on.',
  ]);
});
