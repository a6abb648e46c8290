/** What the numbers of the Diagnose page say, in plain words. Formulas come from the one table. */
import { explain } from '../../parts/explain';
import type { MeasureText } from '../../parts/Measure';

export const diagnoseTexts = {
  live: explain('metrics/group_coverage', 'Units that fired at least once in the analysed rows.'),
  dead: {
    text: 'Units that never fired in the analysed rows: capacity that does nothing. A count of these rows, which says nothing of rarer ones.',
  },
  dense: {
    text: 'Units that fire more than ten times as often as the mean live unit. What counts as often depends on the gate: of three live units, one per row, each fires on a third. Not wrong in itself: a feature may be that common.',
    formula: 'fires on > 10 · (units per row / live units)',
    source: 'Source: This lab',
  },
  l0: explain('metrics/l0', 'How many columns of the dictionary describe one row.'),
  groupsPerRow: explain('metrics/groups_per_token', 'How many units describe one row.'),
  frequency: explain(
    'frequency',
    'How often units fire, on a logarithmic scale. Dead units are left out.',
  ),
  weightRank: explain('weight_rank90', 'Dimensions that the weights of a group offer.'),
  codeRank: explain(
    'code_rank90',
    'Dimensions that a group uses, in the rows where it fires; exact for these, so there is no chance level.',
  ),
  ranksScatter: explain(
    'stable_rank',
    'One point per live group: what it could do (weights, to the right) against what it does (codes, upwards). Below the line it offers more dimensions than it uses. Press a point for its card.',
  ),
  rankMatrix: explain(
    'code_rank90',
    'How many live groups have which rank of weights (downwards) and of codes (across). Press a cell for its groups.',
  ),
  held: explain(
    'units90',
    'Known features whose energy one unit carries, nine tenths of it at least.',
  ),
  units90: explain(
    'units90',
    'Units that it takes for nine tenths of the feature’s energy: 1 is whole, more is split. Not counted for a feature that the model does not rebuild.',
  ),
  units99: explain('units99', 'The same for 99 %.'),
  least: {
    text: 'The fewest units that could hold the feature: as many latents as it has dimensions, and one more when codes are never negative; one group for every r dimensions.',
    formula: '⌈dᵢ / r⌉; dᵢ + 1 for codes ≥ 0 (a line with one end: 1)',
    source: 'Source: Davis 1954, positive linear dependence',
  },
  ratio: explain(
    'splitting_ratio',
    'Units against the fewest that could hold the feature: 1 is no splitting.',
  ),
  reconstruction: explain(
    'feature_reconstruction',
    'How much of the feature comes out again, inside its own subspace.',
  ),
  topUnit: { text: 'The unit that carries most of the feature’s energy.' },
  topShare: {
    text: 'Share of the feature’s energy that its strongest unit carries.',
    formula: 'E[‖P_{V_i} c_j‖²] / Σ_j E[‖P_{V_i} c_j‖²], c_j = D_jᵀp_j',
    source: 'Source: This lab',
  },
  cluster: explain(
    'cluster',
    'Units that point nearly the same way, linked into one set. Blocks have more directions to meet in than atoms, so they are linked from the cosine that is equally unlikely by chance.',
  ),
  members: { text: 'Units of the cluster. Press one for its card.' },
  columns: { text: 'Columns of the dictionary that the cluster uses.' },
  components: {
    text: 'Principal components that hold 80 % of what the cluster writes, on 1000 of its rows at most: what it would need.',
  },
  redundancy: explain(
    'redundancy',
    'Units against what they write; faint: what the same units would give if they shared no direction and fired apart: no repetition.',
  ),
  redundancyScatter: explain(
    'redundancy',
    'One point per cluster: its columns against the dimensions that they write. Far to the right of the line, many columns repeat the same dimensions. Press a point for its units.',
  ),
  meanCosine: explain(
    'principal_cosine',
    'How nearly the linked units share a direction, on average.',
  ),
  maskedCosine: explain(
    'masked_cosine',
    'Whether linked units fire together (near 1) or instead of one another (near 0), as the pieces of a split feature do; faint: what units that fire independently as often and as strongly give.',
  ),
  maskedCosineChance: {
    text: 'How far from its chance level the number to the left lies in 95 of 100 random orders of the rows.',
    formula: '1.96 · √(Σ(a − ā)² Σ(b − b̄)² / (rows − 1)) / √(Σa² Σb²)',
    source: 'Source: This lab',
  },
  covering: explain(
    'covering',
    'Atoms that it would take to reach every direction of the feature within ε, using at most k at once. An upper estimate; a share where these atoms cannot reach all of it.',
  ),
  clusterRows: { text: 'Analysed rows in which at least one unit of the cluster fires.' },
  featuresPerGroup: explain(
    'features_per_group',
    'Independent features that share a group: the opposite failure to splitting.',
  ),
  leastPerGroup: explain(
    'least_features',
    'Features that the codes of a group show at least: its separate axes, and one more where a fifth of the codes lie near none of them. A lower bound: features that fire together, or many in one group, show no axes.',
  ),
  packedShare: explain('packed_share', 'Live groups that hold, or show, more than one feature.'),
  packed: explain(
    'features_per_group',
    'Known features for which this is the best group and which it holds by half at least.',
  ),
  axes: explain(
    'axes',
    'Directions that its codes keep to, each separate from the others; read from 500 firings at most.',
  ),
  unpacked: {
    text: 'Groups whose directions fall into sets that do not rise together: each set is a feature of its own. No chance level is drawn; the threshold is the guard, above which the features lie that we know.',
    formula: 'z_i, z_j of one set: E[z_i² z_j²] / (E z_i² · E z_j²) > 0.25 where the group fires',
    source: 'Source: This lab',
  },
  rearranged: {
    text: 'Pairs of groups that share a feature and would describe it better if it were taken apart anew. No chance level is drawn; a pair counts only if error and penalty fall on rows that it was not found on.',
    formula: 'mean ‖x − x̂‖² + λ Σ ‖D_kᵀE_k‖_* falls on other rows, all gated anew',
    source: 'Source: This lab',
  },
  moveSets: { text: 'Into how many sets its directions fall, and of how many directions each is.' },
  moveEnergy: {
    text: 'Share of the energy of each set, in the order of the sets.',
    formula: 'Σ z² of a set / Σ z² of all',
    source: 'Source: This lab',
  },
  moveLoss: {
    text: 'By how much error and penalty together would fall on the rows that judge, this pair alone.',
    formula: '1 − loss after / loss before',
    source: 'Source: This lab',
  },
  rays: { text: 'The same, with both ends of an axis counted on their own.' },
  axisShare: { text: 'Share of its codes that lie near one of these axes.' },
  irreducibility: explain(
    'irreducibility',
    'High for one feature that needs all its dimensions, near 0 for a bundle; faint: 95 of 100 Gaussian clouds of as many points lie within this of 0.',
  ),
  irreducible: explain(
    'irreducibility',
    'Groups whose codes are further from independent parts than 97.5 of 100 Gaussian clouds of as many points, among those that fire often enough to tell (on 128 rows or more). The gate alone hollows clouds and lifts many of them.',
  ),
  coherence: explain(
    'coherence',
    'The largest overlap of two units. Atoms whose codes are never negative keep the sign of their cosine: opposite ones never fire together.',
  ),
  coherenceChance: {
    text: 'As many units with random orientations and the same dimensions have no closer pair in 95 of 100 cases.',
    formula:
      'Σ_pairs P(σ₁(Q_i Q_jᵀ) ≥ μ) = −log 0.95, exact tails of the largest root of a multivariate beta',
    source: 'Source: Muirhead 1982, Aomoto 1987',
  },
  bound: {
    text: 'What theory asks block coherence to stay below. It says nothing at s = 1, and it often asks less than random orientations have: a larger μ does not mean that features are lost.',
    formula: '1 / (2s − 1), s units active in a row',
    source: 'Source: Dalili & Mahdavi 2026, arXiv:2606.06333',
  },
  nearest: explain(
    'principal_cosine',
    'How nearly each live unit shares a direction with its nearest neighbour: a peak at the right end is repetition. The line at chance is where the mean would be if all were randomly oriented.',
  ),
  pairs: explain(
    'principal_cosine',
    'The pairs of live units with the largest overlap; faint: as many units with random orientations have no closer pair in 95 of 100 cases.',
  ),
  feature: { text: 'A feature that is known to be in the data.' },
  dimension: { text: 'dᵢ, the dimensions of the feature.' },
  matched: {
    text: 'The unit that stands for this feature when every feature gets a unit of its own (Hungarian method; the units together explain as many dimensions as they can).',
  },
  r2: explain(
    'contribution_r2',
    'How well what the matched unit writes predicts the feature: 1 is exact.',
  ),
  capture: explain(
    'capture',
    'How much of the feature’s subspace lies in the span of the matched unit: 1 is all of it; faint: what as many random directions hold.',
  ),
  rank90: explain('weight_rank90', 'Dimensions of the matched unit; best is dᵢ.'),
  rankError: explain('rank_error', 'How far its rank90 is from the feature’s dimension.'),
  bestShare: explain(
    'consolidated_share',
    'Share of the feature’s energy that its strongest unit carries.',
  ),
  consolidated: explain(
    'consolidated_share',
    'Known features whose strongest unit carries nine tenths of their energy.',
  ),
  circular: explain(
    'circular_correlation',
    'Whether the angle of the codes follows the angle of the feature: 1 is a faithful copy; faint: 95 of 100 random pairings of the rows stay below. On 4000 rows at most; circles only.',
  ),
  geodesic: explain(
    'geodesic_spearman',
    'Whether points far apart on the feature are far apart in the codes: 1 keeps the order; faint: 95 of 100 random pairings of the rows stay below. On 128 rows at most.',
  ),
} satisfies Record<string, MeasureText>;
