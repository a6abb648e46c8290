/** What the settings that may be changed while a run goes are called in sentences. */
import type { SettingChange } from '../../lab/run/live_settings';

export const settingNames: Readonly<Record<SettingChange['setting'], string>> = {
  lr: 'learning rate',
  nuclear_coefficient: 'λ',
  nuclear_coefficient_relative: 'λ_rel',
  k_groups: 's',
  k: 'k',
};
