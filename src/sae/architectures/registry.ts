/** The architectures that the lab knows, one line each. */
import { batchTopkSasa } from './batch_topk_sasa';
import { batchtopk } from './batchtopk';
import { jumprelu } from './jumprelu';
import { standard } from './standard';
import { topk } from './topk';
import { topkSasa } from './topk_sasa';
import { topkSigned } from './topk_signed';

export const registry = [
  topkSasa,
  batchTopkSasa,
  topk,
  topkSigned,
  batchtopk,
  jumprelu,
  standard,
] as const;
