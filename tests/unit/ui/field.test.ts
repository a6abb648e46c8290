/** Settings are read aloud as words: label, symbol and unit parted. */
import { Tooltip } from 'radix-ui';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Field } from '../../../src/ui/parts/Field';
import {
  dataTexts,
  modelTexts,
  trainingTexts,
  type SettingText,
} from '../../../src/ui/parts/setting_texts';

/** The label's text without what is hidden from assistive technology. */
function spoken(text: SettingText, mark?: string): string {
  const field = createElement(Field, {
    text,
    mark: mark === undefined ? undefined : { text: mark, title: '' },
    children: ({ id }) => createElement('input', { id }),
  });
  const html = renderToStaticMarkup(createElement(Tooltip.Provider, null, field));
  const label = /<label[^>]*>(.*?)<\/label>/s.exec(html)?.[1] ?? '';
  return label.split(/<span aria-hidden="true">/)[0]?.replaceAll(/<[^>]*>/g, '') ?? '';
}

it('says label, symbol, unit and mark as separate words', () => {
  expect(spoken(modelTexts.n_groups)).toBe('Groups, K');
  expect(spoken(modelTexts.nuclear_coefficient_relative)).toBe('Relative, λ rel');
  expect(spoken(trainingTexts.log_every)).toBe('Log every, steps');
  expect(spoken(trainingTexts.lr, 'live')).toBe('Learning rate, η, live');
});

it('glues no symbol to a label, whatever the setting', () => {
  const texts: readonly SettingText[] = [
    ...Object.values(modelTexts),
    ...Object.values(trainingTexts),
    ...Object.values(dataTexts),
  ];
  for (const text of texts) {
    const parts = [text.label, text.symbol?.replaceAll('_', ' '), text.unit];
    expect(spoken(text)).toBe(parts.filter((part) => part !== undefined).join(', '));
  }
});
