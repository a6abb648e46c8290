/** The left side of the Train page: data, models, settings, and what the run would need. */
import { DataSection } from './DataSection';
import { EstimateFooter } from './EstimateFooter';
import { ModelList } from './ModelList';
import { ModelSettings } from './ModelSettings';
import { TrainingSettings } from './TrainingSettings';
import './settings.css';

export function SettingsPanel() {
  return (
    <aside className="settings" aria-label="Experiment">
      <div className="settings-scroll">
        <DataSection />
        <ModelList />
        <ModelSettings />
        <TrainingSettings />
      </div>
      <EstimateFooter />
    </aside>
  );
}
