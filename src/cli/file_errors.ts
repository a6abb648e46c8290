/**
 * What the operating system says about a file, in words and with a way out, for reading and for writing. One
 * table: a reason that is missing here would be told as something else.
 */
import { LabError, type LabErrorCode } from '../base/lab_error';

interface Reason {
  /** The end of a sentence: "… cannot be read: " */
  readonly said: string;
  /** What to do when it was to be read. */
  readonly read: string;
  /** What to do when it was to be written. */
  readonly write: string;
}

const ANOTHER_PLACE = 'Choose another place.';

const reasons: Readonly<Record<string, Reason>> = {
  ENOENT: {
    said: 'there is no such file or folder',
    read: 'Give the path of a file that is there.',
    write: 'Make its folder first, or choose another place.',
  },
  ENOTDIR: {
    said: 'a part of its path is not a folder',
    read: 'Give the path of a file that is there.',
    write: ANOTHER_PLACE,
  },
  EISDIR: {
    said: 'it is a folder',
    read: 'Give a file, for instance one in that folder.',
    write: 'Give the path of a file.',
  },
  EEXIST: {
    said: 'something of that name is there already',
    read: 'Give the path of a file that is there.',
    write: ANOTHER_PLACE,
  },
  ENOTEMPTY: {
    said: 'a folder with files in it is there already',
    read: 'Give the path of a file that is there.',
    write: ANOTHER_PLACE,
  },
  EACCES: {
    said: 'permission is denied',
    read: 'Get the right to read it and the folders above it (chmod), or give a copy of your own.',
    write: 'Choose a place that you may write to.',
  },
  EPERM: {
    said: 'the system does not allow it',
    read: 'Give a copy of your own.',
    write: 'Choose a place that you may write to.',
  },
  EROFS: {
    said: 'the disk is read-only',
    read: 'Give a copy on another disk.',
    write: 'Choose a place on another disk.',
  },
  ENOSPC: {
    said: 'the disk is full',
    read: 'Make room on the disk.',
    write: 'Choose another place, or make room there.',
  },
  EDQUOT: {
    said: 'your disk quota is used up',
    read: 'Make room on the disk.',
    write: 'Choose another place, or make room there.',
  },
  EFBIG: {
    said: 'it is larger than a file may be there',
    read: 'Give a smaller file.',
    write: 'Choose a place on another disk.',
  },
  ENAMETOOLONG: {
    said: 'its name is longer than the system allows',
    read: 'Check the path; a text may have been given in place of one.',
    write: 'Choose a shorter name.',
  },
  ELOOP: {
    said: 'its links lead back to themselves',
    read: 'Give the path of the file itself.',
    write: ANOTHER_PLACE,
  },
  EMFILE: {
    said: 'this program has too many files open',
    read: 'Raise the limit (ulimit -n 4096) and try again.',
    write: 'Raise the limit (ulimit -n 4096) and try again.',
  },
  ENFILE: {
    said: 'the system has too many files open',
    read: 'Close other programs and try again.',
    write: 'Close other programs and try again.',
  },
  EBUSY: {
    said: 'another program holds it',
    read: 'Close that program and try again.',
    write: 'Close that program and try again.',
  },
  EIO: {
    said: 'the disk does not answer as it should',
    read: 'Give a copy on another disk.',
    write: 'Choose a place on another disk.',
  },
  ESTALE: {
    said: 'its network disk has lost it',
    read: 'Connect the disk again and try again.',
    write: 'Connect the disk again and try again.',
  },
  ENOMEM: {
    said: 'memory is full',
    read: 'Close other programs and try again.',
    write: 'Close other programs and try again.',
  },
};

/** The system's own code of an error, for instance ENOENT; undefined for an error of another kind. */
function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const reasonOf = (error: unknown): Reason => {
  const known = reasons[systemCode(error) ?? ''];
  const said = error instanceof Error ? error.message : String(error);
  return known ?? { said, read: 'Give a file that can be read.', write: ANOTHER_PLACE };
};

/** What the system said, for the end of a sentence. */
export const reason = (error: unknown): string => reasonOf(error).said;

/** There is nothing of that name: neither the file nor, it may be, the folder that it should lie in. */
export const isAbsence = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');

/** A file or folder that could not be read. `not_found` when nothing to read is there, else `bad_file`. */
export function notRead(path: string, error: unknown): LabError {
  const { said, read } = reasonOf(error);
  const code: LabErrorCode =
    isAbsence(error) || systemCode(error) === 'EISDIR' ? 'not_found' : 'bad_file';
  return new LabError(code, `${path} cannot be read: ${said}.`, read, { cause: error });
}

/** A file or folder that could not be written, `bad_file`. */
export function notWritten(path: string, error: unknown): LabError {
  const { said, write } = reasonOf(error);
  return new LabError('bad_file', `${path} cannot be written: ${said}.`, write, { cause: error });
}
