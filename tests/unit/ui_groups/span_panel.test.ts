/** What the card says of another model: its nearest latents whatever they are, never an empty frame. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { SpanUnits } from '../../../src/lab/protocol/protocol';
import { OtherCoFiringPanel } from '../../../src/ui/pages/groups/NeighbourPanel';
import { spanSentence } from '../../../src/ui/pages/groups/SpanPanel';
import { Tooltip } from 'radix-ui';

const unit = { unit: 12, share: 0.31, x: 0.2, y: 0.5, labels: ['december', 'may'] };
const span: SpanUnits = {
  model: 1,
  units: [],
  nearest: [unit],
  expected: 0.04,
  chance: 0.162,
  coFiring: [{ unit: 40, share: 0.04, lift: 8.3, count: 71, labels: ['october'] }],
};
const props = {
  span,
  modelName: 'TopK SAE',
  color: 'red',
  nameOf: (unit: number) => (unit === 40 ? 'autumn' : ''),
  onPick: () => undefined,
};
it('names the nearest latents where none lies inside, with the number that chance gives', () => {
  expect(spanSentence(span, 'TopK SAE')).toBe(
    'No latent of the TopK SAE lies mostly in this span; these are the nearest. Of as many random directions the nearest would have 16\u202f% inside.',
  );
  expect(spanSentence({ ...span, units: [unit] }, 'TopK SAE')).toMatch(
    /^1 latent lies mostly in this span \(by chance 0.0\)/,
  );
});

it('names the latents that fire on the same rows', () => {
  const panel = createElement(OtherCoFiringPanel, props);
  const text = renderToStaticMarkup(createElement(Tooltip.Provider, null, panel));
  expect(text).toContain('<b>autumn </b>october');
  expect(text).toContain('8.3×');
  expect(text).toContain('Together in 71 rows');
});
