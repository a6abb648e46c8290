/** What the diagnosis says in plain words, one line per model. */
import type { DiagnosedModel } from './diagnosed';
import { ModelMark } from './Section';
import { verdicts } from './verdict';

export function VerdictCard({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const said = verdicts(
    models.map(({ model, diagnosis }) => ({
      name: model.name,
      unitName: model.unitName,
      diagnosis,
    })),
  );
  return (
    <ul className="panel verdict" aria-label="In short">
      {said.map(({ name, text, tone }, position) => (
        <li key={name} data-tone={tone}>
          <ModelMark index={models[position]?.model.index ?? position} />
          <p>
            <b>{name}</b> {text}.
          </p>
        </li>
      ))}
    </ul>
  );
}
