/** The dropped file that a kept run was trained on: what it is, and whether another is the same. */
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { sha256Of } from '../../io/sha256';
import { fileText, otherFile, type DataIdentity } from '../run/data_identity';
import { fileSetting } from '../run/data_kinds';
import type { RunConfig } from '../run/run_config';

/** What a dropped file is, for a run that was trained on it; null where the data open by themselves. */
export async function identityOf(
  config: RunConfig,
  bytes: ArrayBuffer | null,
  source: { readonly width: number; readonly size: { readonly all: number | null } },
): Promise<DataIdentity | null> {
  const own = fileSetting(config.data);
  if (own === null || bytes === null) return null;
  const sha256 = await sha256Of(new Uint8Array(bytes));
  return {
    rows: source.size.all,
    width: source.width,
    files: [{ ...own, bytes: bytes.byteLength, sha256 }],
  };
}

/** Checks the file that a kept run needs. Throws LabError `not_found` without one, `bad_data` for another. */
export async function requireSameFile(
  data: DataIdentity,
  bytes: ArrayBuffer | null,
): Promise<void> {
  const known = at(data.files, 0);
  if (bytes === null) {
    const rows = data.rows === null ? '' : `${data.rows} rows, `;
    throw new LabError(
      'not_found',
      `This run was trained on ${known.name} (${rows}${fileText(known)}), which is not open in this page.`,
      'Choose that file for it; this browser keeps the run, not its data.',
    );
  }
  const sha256 = await sha256Of(new Uint8Array(bytes));
  const found = { bytes: bytes.byteLength, sha256 };
  if (sha256 !== known.sha256) throw otherFile(known, found, known.name);
}
