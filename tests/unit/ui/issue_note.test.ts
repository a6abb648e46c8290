/** How the page names a setting that cannot be used. */
import { expect, it } from 'vitest';
import { settingName } from '../../../src/ui/parts/setting_names';
import { modelOfPath } from '../../../src/ui/pages/train/IssueNote';

it('names a setting as its field does, and by its key where there is none', () => {
  expect(settingName('training.training_samples')).toBe('Samples');
  expect(settingName('models.1.n_groups')).toBe('Groups');
  expect(settingName('data.path')).toBe('File');
  expect(settingName('data.kind')).toBe('kind');
});

it('knows the model that a setting belongs to', () => {
  expect(modelOfPath('models.1.k')).toBe(1);
  expect(modelOfPath('training.lr')).toBeNull();
});
