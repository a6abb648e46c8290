/** What the numbers of the Diagnose page say, in plain words. Formulas come from the one table. */
import { explain } from '../../parts/explain';
import type { MeasureText } from '../../parts/Measure';

export const diagnoseTexts = {
  live: explain('metrics/group_coverage', 'Units that fired at least once in the analysed rows.'),
  dead: { text: 'Units that never fired in the analysed rows: capacity that does nothing.' },
  dense: { text: 'Units that fire so often that they can hardly stand for one feature.' },
  l0: explain('metrics/l0', 'How many columns of the dictionary describe one row.'),
  groupsPerRow: explain('metrics/groups_per_token', 'How many units describe one row.'),
  frequency: explain(
    'frequency',
    'How often units fire, on a logarithmic scale: each step to the left is ten times rarer. Dead units are left out.',
  ),
  weightRank: explain('weight_rank90', 'Dimensions that the weights of a group offer.'),
  codeRank: explain('code_rank90', 'Dimensions that a group uses.'),
  ranksScatter: explain(
    'stable_rank',
    'A point a live group: what it could do (weights, to the right) against what it does (codes, upwards). Below the line it offers more dimensions than it uses. Press a point for its card.',
  ),
  rankMatrix: explain(
    'code_rank90',
    'How many live groups have which rank of weights (row) and of codes (column). Press a cell for its groups.',
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
  ratio: explain('splitting_ratio', 'Units against what the feature needs: 1 is no splitting.'),
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
  cluster: explain('cluster', 'Units that point nearly the same way, linked into one set.'),
  members: { text: 'Units of the cluster. Press one for its card.' },
  columns: { text: 'Columns of the dictionary that the cluster uses.' },
  components: {
    text: 'Principal components that hold 80 % of what the cluster writes: what it would need.',
  },
  redundancy: explain(
    'redundancy',
    'Units against what they write: 1 is no repetition, 5 is one direction told five times.',
  ),
  redundancyScatter: explain(
    'redundancy',
    'A point a cluster: its columns against the dimensions that they write. Far right of the line many columns say the same. Press a point for its units.',
  ),
  meanCosine: explain(
    'principal_cosine',
    'How nearly the linked units share a direction, on average.',
  ),
  maskedCosine: explain(
    'masked_cosine',
    'Whether linked units fire together (near 1) or instead of one another (near 0), as the pieces of a split feature do.',
  ),
  covering: explain(
    'covering',
    'Atoms that it would take to reach every direction of the feature within ε, using at most k at once. An estimate from above; “–” where these atoms cannot reach it.',
  ),
  clusterRows: { text: 'Analysed rows in which at least one unit of the cluster fires.' },
  featuresPerGroup: explain(
    'features_per_group',
    'Independent features that share a group: the opposite failure to splitting.',
  ),
  axesPerGroup: explain(
    'axes',
    'Separate axes in the codes of a group: without known features, the sign that it holds several.',
  ),
  packedShare: explain('packed_share', 'Live groups that hold more than one feature.'),
  packed: explain(
    'features_per_group',
    'Known features for which this is the best group and which it holds by half at least.',
  ),
  axes: explain('axes', 'Directions that its codes keep to, each separate from the others.'),
  rays: { text: 'The same, with both ends of an axis counted on their own.' },
  axisShare: { text: 'Share of its codes that lie near one of these axes.' },
  irreducibility: explain(
    'irreducibility',
    'High for one feature that needs all its dimensions, near 0 for a bundle.',
  ),
  coherence: explain(
    'coherence',
    'The largest overlap of two units. Below the bound, the theory promises that features are found again.',
  ),
  bound: {
    text: 'What theory asks block coherence to stay below.',
    formula: '1 / (2s − 1), s units active in a row',
    source: 'Source: Dalili & Mahdavi 2026, arXiv:2606.06333',
  },
  nearest: explain(
    'principal_cosine',
    'How nearly each live unit shares a direction with its nearest neighbour: a heap at the right end is repetition.',
  ),
  pairs: explain('principal_cosine', 'The pairs of live units with the largest overlap.'),
  feature: { text: 'A feature that is known to be in the data.' },
  dimension: { text: 'dᵢ, the dimensions of the feature.' },
  matched: {
    text: 'The group that stands for this feature when every feature gets a group of its own (Hungarian method; the groups together explain as many dimensions as they can).',
  },
  r2: explain(
    'contribution_r2',
    'How well what the matched group writes predicts the feature: 1 is exact.',
  ),
  capture: explain(
    'capture',
    'How much of the feature’s subspace lies in the span of the matched group: 1 is all of it.',
  ),
  rank90: explain('weight_rank90', 'Dimensions of the matched group; best is dᵢ.'),
  rankError: explain('rank_error', 'How far the group’s rank is from the feature’s dimension.'),
  bestShare: explain(
    'consolidated_share',
    'Share of the feature’s energy that its strongest group carries.',
  ),
  consolidated: explain(
    'consolidated_share',
    'Known features whose strongest group carries nine tenths of their energy.',
  ),
  circular: explain(
    'circular_correlation',
    'Whether the angle of the codes follows the angle of the feature: 1 is a faithful copy. Circles only.',
  ),
  geodesic: explain(
    'geodesic_spearman',
    'Whether points far apart on the feature are far apart in the codes: 1 keeps the order.',
  ),
} satisfies Record<string, MeasureText>;
