/**
 * The command line as a function: words in, exit code out. Commands that need a GPU are loaded only when
 * they are asked for, so that help, schema and every refusal of an option work on any machine.
 */
import { describeError, LabError, type LabErrorCode } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { labVersion } from '../base/version';
import { runJsonSchema, settingsTables } from '../lab/run/run_schema';
import { helpText, parseCommandLine, type Request } from './arguments';
import type { Terminal } from './terminal';

/** Codes that mean the input was bad: the person can mend it. */
const badInput: ReadonlySet<LabErrorCode> = new Set([
  'bad_config',
  'bad_file',
  'bad_data',
  'not_found',
  'out_of_memory',
]);
const noAdapter: ReadonlySet<LabErrorCode> = new Set(['no_webgpu', 'no_adapter']);

/** Exit code of an error: 2 bad input, 3 no WebGPU adapter, 1 anything else. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof LabError)) return 1;
  if (badInput.has(error.code)) return 2;
  return noAdapter.has(error.code) ? 3 : 1;
}

/** Runs the words after `lab` and gives the exit code; never throws. */
export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    return await run(parseCommandLine(words), terminal);
  } catch (error) {
    const { message, wayOut } = describeError(error);
    const advice = error instanceof LabError ? wayOut : 'This is a defect of the lab.';
    terminal.write(`lab: ${message} ${advice}\n`);
    if (!(error instanceof LabError) && error instanceof Error) {
      terminal.write(`${error.stack ?? ''}\n`);
    }
    return exitCodeOf(error);
  }
}

async function run(request: Request, terminal: Terminal): Promise<number> {
  switch (request.command) {
    case 'train':
      await (await import('./train')).train(request, terminal);
      return 0;
    case 'eval':
      await (await import('./evaluate')).evaluate(request, terminal);
      return 0;
    case 'harvest':
      await (await import('./harvest')).harvest(request, terminal);
      return 0;
    case 'splice':
      await (await import('./splice')).splice(request, terminal);
      return 0;
    case 'generate':
    case 'loss':
    case 'logits':
      await (await import('./language')).runLanguageCommand(request, terminal);
      return 0;
    case 'bench':
      return (await import('./bench')).bench(request.json);
    case 'schema':
      terminal.result(
        request.markdown
          ? settingsTables()
              .map(({ section, markdown }) => `### \`${section}\`\n\n${markdown}`)
              .join('\n')
          : `${strictJson(runJsonSchema(), 2)}\n`,
      );
      return 0;
    case 'version':
      terminal.result(`${labVersion}\n`);
      return 0;
    case 'help':
      terminal.result(`${helpText(request.about)}\n`);
      return 0;
  }
}
