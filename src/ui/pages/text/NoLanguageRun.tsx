/** The page while the current run has nothing to do with text: where such a run is, or how to begin one. */
import { presets } from '../../../lab/run/presets';
import { openExperiment } from '../../../state/experiment_store';
import { languageDataOf, languagePresets } from '../../../state/language_run';
import { useRuns } from '../../../state/runs_store';
import { useCurrentRun } from '../../../state/current';
import { useView } from '../../../state/view_store';
import { useShallow } from 'zustand/react/shallow';
import { hrefOf, navigate } from '../../route';

export function NoLanguageRun() {
  const name = useCurrentRun((run) => run.name);
  const showRun = useView((view) => view.showRun);
  const others = useRuns(
    useShallow(({ runs, order }) =>
      order.filter((id) => {
        const run = runs[id];
        return run !== undefined && languageDataOf(run.config.data) !== null && run.inEngine;
      }),
    ),
  );
  const names = useRuns(useShallow(({ runs }) => others.map((id) => runs[id]?.name ?? '')));
  return (
    <main className="page text-empty">
      <div className="analysis-empty">
        <h1>{others.length > 0 ? 'This run does not read text' : 'No language model yet'}</h1>
        <p>
          {name !== undefined && `${name} was not trained on a language model. `}
          Here you type text and see which units fire on every token, change one and watch the story
          change, and measure what the autoencoder costs the language model.
        </p>
        {others.map((id, index) => (
          <button
            key={id}
            type="button"
            className="button button-primary"
            onClick={() => showRun(id)}
          >
            Show {names[index]}
          </button>
        ))}
        {others.length === 0 &&
          languagePresets().map((id, index) => (
            <button
              key={id}
              type="button"
              className={`button ${index === 0 ? 'button-primary' : ''}`}
              onClick={() => {
                openExperiment(presets[id].config);
                navigate('train');
              }}
            >
              Train on {presets[id].label}
            </button>
          ))}
        {others.length === 0 && languagePresets().length === 0 && (
          <a className="button button-primary" href={hrefOf('train')}>
            Go to Train
          </a>
        )}
      </div>
    </main>
  );
}
