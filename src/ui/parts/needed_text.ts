/** Files that a run needs, in words. */
import { groupDigits } from '../../base/number_text';
import type { DataFile } from '../../lab/run/data_identity';
import { formatBytes } from '../plots/format';

/** "acts.npy (5 000 rows, 12 MiB, sha256 3f2a…)". */
export function fileInWords(file: DataFile, rows: number | null): string {
  const known = rows !== null && file.setting === 'path';
  const counted = known ? `${groupDigits(String(rows), '\u202f')} rows, ` : '';
  return `${file.name} (${counted}${formatBytes(file.bytes)}, sha256 ${file.sha256.slice(0, 8)}…)`;
}
