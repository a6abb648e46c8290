/** Answers on the Text page belong to what was asked: they name it, and say when the question has changed since. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { SteeringEdit } from '../../../src/lab/protocol/lm_protocol';
import { NOT_ASKED } from '../../../src/state/analyses_store';
import { Continuations } from '../../../src/ui/pages/text/Continuations';
import { measuredOn } from '../../../src/ui/pages/text/FaithfulnessPanel';
import {
  requestOf,
  requestSentence,
  sameRequest,
  useSteeringDraft,
} from '../../../src/ui/pages/text/steering_draft';
import { readingStanding } from '../../../src/ui/pages/text/use_reading';
import { scriptedReading } from '../../support/scripted_language';

const draft = useSteeringDraft.getInitialState();
const added = requestOf({ ...draft, kind: 'add', added: 1.5, axis: 1 }, 'Once', 12, 4);
const span = { token: 1, text: ' upon' };

describe('continuations', () => {
  const page = (outdated: boolean) =>
    renderToStaticMarkup(
      createElement(Continuations, {
        answer: {
          request: added,
          steering: {
            model: 0,
            group: 12,
            typicalNorm: 3,
            continuations: (['original', 'steered', 'random control'] as const).map((name) => ({
              name,
              tokens: [span, span],
              promptTokens: 1,
            })),
          },
        },
        progress: null,
        error: null,
        outdated,
        unitName: 'group',
        color: 'red',
        onRetry: () => undefined,
      }),
    );

  it('name the change that made them, and their column too', () => {
    expect(page(false)).toContain(
      'Add 1.5 × typical norm along axis 2 in group 12; 48 tokens, temperature 0',
    );
    expect(page(false)).toContain('Add 1.5 × typical norm along axis 2, group 12</h3>');
    expect(page(false)).not.toContain('have changed');
  });

  it('say that the panel is set to something else', () => {
    expect(page(true)).toContain('the settings have changed since');
    expect(page(true)).toContain('data-outdated="true"');
  });

  it('are of the same request only if nothing that matters differs', () => {
    const again = (changes: Partial<typeof draft>, prompt = 'Once', group = 12) =>
      requestOf({ ...draft, kind: 'add', added: 1.5, axis: 1, ...changes }, prompt, group, 4);
    expect(sameRequest(added, again({}))).toBe(true);
    expect(sameRequest(added, again({ factor: 7, turned: 9 }))).toBe(true);
    expect(sameRequest(added, again({ seed: 3 }))).toBe(true);
    expect(sameRequest(added, again({ temperature: 1 }))).toBe(false);
    expect(sameRequest(added, again({ kind: 'turn' }))).toBe(false);
    expect(sameRequest(added, again({ axis: 0 }))).toBe(false);
    expect(sameRequest(added, again({}, 'Twice'))).toBe(false);
    expect(sameRequest(added, again({}, 'Once', 3))).toBe(false);
  });

  it.each<[SteeringEdit, string]>([
    [{ kind: 'scale', factor: 3 }, 'Scale by 3'],
    [{ kind: 'scale', factor: 0 }, 'Ablate'],
    [{ kind: 'clamp', strength: 2 }, 'Clamp to 2 × typical norm'],
    [{ kind: 'turn', angle: Math.PI / 4, strength: 1.5 }, 'Turn to 45.0°, 1.5 × typical norm'],
  ])('%o is called %s', (edit, name) => {
    expect(requestSentence({ ...added, edit, temperature: 0.8, seed: 5 }, 'group')).toBe(
      `${name} in group 12; 48 tokens, temperature 0.8, seed 5`,
    );
  });
});

describe('a reading', () => {
  const reading = scriptedReading(0, 10, 'Lily saw a ball.');
  const answer = { text: 'Lily saw a ball.', reading };

  it('is of the text above it, or said to be of another', () => {
    expect(readingStanding({ ...NOT_ASKED, answer }, answer.text)).toBe('current');
    expect(readingStanding({ ...NOT_ASKED, answer }, 'Tom')).toBe('old');
    const progress = { fraction: 0, stage: 'Reading' };
    expect(readingStanding({ answer, progress, error: null }, 'Tom')).toBe('reading');
  });
});

describe('faithfulness', () => {
  const measured = (...tokens: readonly number[]) =>
    measuredOn(
      tokens.map((count, index) => ({
        index,
        name: ['SASA', 'TopK'][index] ?? '',
        answer: { tokens: count },
      })),
    );

  it('names the tokens of every model where they differ', () => {
    expect(measured(2048, 2048)).toBe('On 2048 held-out tokens');
    expect(measured(2048, 512)).toBe(
      'Not on the same tokens: SASA on 2048, TopK on 512 held-out tokens',
    );
  });
});
