/** Files that a run needs, in words. */
import type { DataFile } from '../../lab/run/data_identity';
import { formatBytes, formatInteger } from '../plots/format';

/** "acts.npy (5 000 rows, 12 MiB, sha256 3f2a…)". */
export function fileInWords(file: DataFile, rows: number | null): string {
  const counted = rows === null || file.setting !== 'path' ? '' : `${formatInteger(rows)} rows, `;
  return `${file.name} (${counted}${formatBytes(file.bytes)}, sha256 ${file.sha256.slice(0, 8)}…)`;
}
