/**
 * The verdict on top of the Diagnose page: the sentence for each thing that can happen to a feature
 * (held, spread, packed, lost), for data without ground truth, and for a model that has nothing to say.
 */
import { describe, expect, it } from 'vitest';
import { verdicts } from '../../../src/ui/pages/diagnose/verdict';
import { diagnosis, spread } from './diagnoses';

const three = [
  spread(),
  spread({ feature: 1, name: 'sphere', kind: 'sphere', dimension: 3 }),
  spread({ feature: 2, name: 'helix', kind: 'helix', dimension: 3 }),
];

const sasa = (of: Parameters<typeof diagnosis>[0]) =>
  verdicts([{ name: 'SASA', unitName: 'group', diagnosis: diagnosis(of) }]);

describe('with known features', () => {
  it('tells the story of the first experiment', () => {
    const split = three.map((feature, index) => ({
      ...feature,
      units90: [5, 14, 7][index] ?? 0,
      leastUnits: [3, 4, 4][index] ?? 0,
    }));
    const said = verdicts([
      { name: 'SASA', unitName: 'group', diagnosis: diagnosis({ features: three }) },
      {
        name: 'TopK SAE',
        unitName: 'latent',
        diagnosis: diagnosis({ unit: 'atoms', features: split, live: 100 }),
      },
    ]);
    expect(said.map(({ name, text }) => `${name} ${text}`)).toEqual([
      'SASA holds each of the 3 shapes in one group',
      'TopK SAE spreads the sphere over 14 latents (4 would be the fewest), the helix over 7 (fewest 4) and the circle over 5 (fewest 3)',
    ]);
  });

  it('counts what is held, spread, lost and packed among many features', () => {
    const features = Array.from({ length: 64 }, (_, feature) =>
      spread({
        feature,
        name: `line ${feature}`,
        kind: 'signed_line',
        units90: feature < 50 ? 1 : feature < 60 ? 2 + (feature % 3) : null,
      }),
    );
    const [verdict] = sasa({ features, held: [1, 4, 4, 0, 1] });
    expect(verdict?.text).toBe(
      'holds 50 of 64 features in one group each, spreads 10 features over several groups each, ' +
        'up to 4 (line 50, at least 1), does not rebuild the other 4 and packs 8 features into 2 groups',
    );
    expect(verdict?.tone).toBe('mixed');
  });

  it('is content only when every feature has its own group', () => {
    expect(sasa({ features: three })[0]?.tone).toBe('good');
    expect(sasa({ features: three, held: [2, 1] })[0]?.tone).toBe('mixed');
  });

  it('leaves out features that never occurred', () => {
    const features = [...three, spread({ feature: 3, name: 'torus', rows: 0, units90: null })];
    expect(sasa({ features })[0]?.text).toBe('holds each of the 3 shapes in one group');
  });

  it('says when nothing was learned', () => {
    const features = three.map((feature) => ({ ...feature, units90: null }));
    expect(sasa({ features })[0]?.text).toBe('does not rebuild any of them');
  });
});

describe('without known features', () => {
  it('reads ranks and near-duplicates', () => {
    expect(sasa({ live: 256, meanCodeRank90: 2.94 })[0]?.text).toBe(
      'uses 2.9 of the 4 dimensions of a group on average and has no near-duplicates among its ' +
        '256 live groups',
    );
    const [latents] = verdicts([
      {
        name: 'TopK SAE',
        unitName: 'latent',
        diagnosis: diagnosis({
          unit: 'atoms',
          live: 900,
          dead: [1, 2, 3],
          clusters: [
            [4, 5, 6],
            [7, 8],
          ],
        }),
      },
    ]);
    expect(latents?.text).toBe(
      'has 5 of 900 live latents nearly repeating another, in 2 clusters and never used 3 latents',
    );
  });

  it('has nothing to say about a model without a live unit', () => {
    expect(sasa({ live: 0, dead: [0, 1] })[0]?.text).toBe('has no live groups yet');
    expect(verdicts([])).toEqual([]);
  });
});
