/**
 * What reading the words of any command needs: options by name, numbers in their range, and one kind of
 * complaint that names the word and where help is.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { LabError } from '../base/lab_error';

/** A complaint about the words of a command. */
export function badArguments(message: string, command: string | null): LabError {
  const help = command === null ? 'lab help' : `lab help ${command}`;
  return new LabError('bad_config', `${message}.`, `"${help}" says what there is.`);
}

/** The options among the words after a command. Throws LabError `bad_config` for what is not known. */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  words: readonly string[],
  known: T,
) {
  try {
    return parseArgs({ args: [...words], options: known, strict: true }).values;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // Node's own words go on with advice about "--"; the first sentence says what is wrong.
    const sentence = said.split(/\. |\n/)[0] ?? said;
    throw badArguments(`lab ${command}: ${sentence.replace(/\.$/, '')}`, command);
  }
}

/** An option that must be there. */
export function needed(command: string, option: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw badArguments(`lab ${command} needs --${option}`, command);
}

/** A whole number in a range; `fallback` when the option is absent. */
export function wholeNumber<T>(
  command: string,
  option: string,
  value: string | undefined,
  [least, most]: readonly [number, number],
  fallback: T,
): number | T {
  if (value === undefined) return fallback;
  const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw badArguments(
    `--${option} is ${value}; it must be a whole number from ${least} to ${most}`,
    command,
  );
}
