/** Settings are read aloud as words: label, symbol and unit parted. */
import { Tooltip } from 'radix-ui';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Field } from '../../../src/ui/parts/Field';
import { at } from '../../../src/base/array';
import { settingsOf, type SettingText } from '../../../src/base/setting';
import { dataSchemas, trainingSchema } from '../../../src/lab/run/run_config';
import { architectures } from '../../../src/sae/config';

const settings = [
  trainingSchema,
  ...dataSchemas,
  ...architectures.map(({ schema }) => schema),
].flatMap((schema) => settingsOf(schema));
const textOf = (name: string): SettingText =>
  at(
    settings.filter((setting) => setting.name === name),
    0,
  ).text;

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
  expect(spoken(textOf('n_groups'))).toBe('Groups, K');
  expect(spoken(textOf('nuclear_coefficient_relative'))).toBe('Relative, λ rel');
  expect(spoken(textOf('log_every'))).toBe('Log every, steps');
  expect(spoken(textOf('lr'), 'live')).toBe('Learning rate, η, live');
});

it('glues no symbol to a label, whatever the setting', () => {
  for (const { text } of settings) {
    const parts = [text.label, text.symbol?.replaceAll('_', ' '), text.unit];
    expect(spoken(text)).toBe(parts.filter((part) => part !== undefined).join(', '));
  }
});
