/** The language of the Groups filter box, as its card shows it. */
import type { FilterHelp } from '../../parts/FilterBox';

export const groupFilterHelp: FilterHelp = {
  examples: [
    ['monday', 'fires on it, has it among its strongest, or is named so'],
    ['"may"', 'exactly this, not as a part of another'],
    ['rank > 1 and freq < 2%', 'compare; and, or, not, ( )'],
    ['freq >= 0.02', 'a frequency is a share: 0.02 is 2%'],
    ['rank = 2.1', 'equal at the precision you type'],
    ['not dead', 'dead: never fired in the analysed rows'],
    ['starred, named, noted, #tag', 'what you marked'],
    ['444', 'by number'],
  ],
  fields:
    'group, freq, norm, rank and wrank (of codes and of weights), rank90, wrank90, irred, cluster',
};
