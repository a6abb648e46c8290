/**
 * The program behind `npm run lab`: runs the command and leaves with its exit code. It leaves by itself,
 * because Dawn's threads would keep the process alive.
 */
import { runCommandLine } from './commands';
import { processTerminal } from './terminal';

const code = await runCommandLine(process.argv.slice(2), processTerminal());
// A pipe may still hold text: leave when it has gone out.
process.stdout.write('', () => process.exit(code));
