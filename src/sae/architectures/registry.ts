/** The architectures that the lab knows, one line each. */
import { standard } from './standard';
import { topk } from './topk';
import { topkSasa } from './topk_sasa';

export const registry = [topkSasa, topk, standard] as const;
