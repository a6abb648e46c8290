/** An output folder belongs to one run at a time, and nothing of a run that could not begin stays behind. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputClaim } from '../../../src/cli/output_claim';
import { isRunning, thisProcess } from '../../../src/cli/process_owner';

let folder = '';
const at = (name: string): string => join(folder, name);
const told: string[] = [];
const claim = (name: string, make = true) =>
  OutputClaim.of(at(name), { make, tell: (sentence) => void told.push(sentence) });
const everything = (): string[] => readdirSync(folder, { recursive: true }).map(String).sort();
const lock = (name: string, owner: object): void => {
  mkdirSync(at(name), { recursive: true });
  const whole = { ...thisProcess(), since: '2026-01-01T00:00:00.000Z', ...owner };
  writeFileSync(at(`${name}/run.lock`), JSON.stringify(whole));
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-claim-'));
  told.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a claim of an output folder', () => {
  it('names the process, keeps others out, and goes with all that was made for it', async () => {
    const first = await claim('a/b/out');
    expect(JSON.parse(readFileSync(at('a/b/out/run.lock'), 'utf8'))).toMatchObject(thisProcess());
    for (const make of [true, false]) {
      await expect(claim('a/b/out', make)).rejects.toMatchObject({
        code: 'bad_config',
        message: expect.stringContaining(`process ${process.pid} on `) as unknown,
        wayOut: 'Wait until it has ended, or give this run a folder of its own.',
      });
    }
    await first.release();
    expect(everything()).toEqual([]);
  });

  it('leaves the folder when something has come into it', async () => {
    const first = await claim('out');
    writeFileSync(at('out/run.json'), '{}');
    await first.release();
    expect(everything()).toEqual(['out', 'out/run.json']);
  });

  it('of a process that has ended is taken over, and said', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    lock('out', { pid });
    const next = await claim('out');
    await next.requireOurs();
    expect(told).toEqual([
      expect.stringMatching(new RegExp(`claimed by process ${pid} on .*ended`)),
    ]);
    await next.release();
  });

  it('is that of an ended process, too, when another process has its id now', async () => {
    lock('out', { started: 'long ago' });
    await (await claim('out')).release();
    expect(told).toHaveLength(1);
  });

  it('of a running process of another one is kept', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      const pid = other.pid ?? 0;
      // What it says of itself, asked from outside.
      lock('out', { pid, started: '' });
      expect(isRunning({ ...thisProcess(), pid, started: '' })).toBe(true);
      await expect(claim('out')).rejects.toThrow(`process ${pid} on `);
    } finally {
      other.kill();
    }
  });

  it('of another host, or one that cannot be read, is explained and left alone', async () => {
    lock('far', { host: 'elsewhere pid:[1]' });
    await expect(claim('far')).rejects.toMatchObject({
      message: expect.stringMatching(/on elsewhere .*cannot be checked from here/) as unknown,
      wayOut: `If that run has ended, remove ${at('far/run.lock')} and try again.`,
    });
    mkdirSync(at('torn'));
    writeFileSync(at('torn/run.lock'), '{"pid"');
    await expect(claim('torn')).rejects.toMatchObject({ code: 'bad_config' });
    expect(everything()).toEqual(['far', 'far/run.lock', 'torn', 'torn/run.lock']);
  });

  it('is won by one of many that take over at once', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    lock('out', { pid });
    const claims = await Promise.allSettled(Array.from({ length: 8 }, () => claim('out')));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is missed when somebody else has taken it', async () => {
    const first = await claim('out');
    lock('out', { pid: process.pid + 1 });
    await expect(first.requireOurs()).rejects.toThrow('was taken over by another run');
    await first.release();
    expect(existsSync(at('out/run.lock'))).toBe(true);
  });

  it('of a run to continue needs the folder of one', async () => {
    await expect(claim('none', false)).rejects.toMatchObject({
      code: 'not_found',
      message: `There is no run in ${at('none')} to continue: there is no such folder.`,
    });
    expect(everything()).toEqual([]);
  });

  it('is refused at once where no folder can be made', async () => {
    writeFileSync(at('file'), '');
    const cases: [string, RegExp][] = [
      ['file', /file is a file/],
      ['file/out', /file\/out cannot be made: a part of its path is not a folder/],
      ['x'.repeat(300), /cannot be made: /],
    ];
    for (const [name, said] of cases) await expect(claim(name)).rejects.toThrow(said);
    const never = OutputClaim.of('/proc/nope/out', { make: true, tell: () => undefined });
    await expect(never).rejects.toThrow('The folder /proc/nope/out cannot be made: ');
    expect(everything()).toEqual(['file']);
  });
});

describe('the names that a run will write', () => {
  it('are tried, and leave nothing', async () => {
    const mine = await claim('out');
    writeFileSync(at('out/run.json'), 'old');
    await mine.tryNames(['run.json', 'SASA/cfg.json', 'checkpoint.safetensors']);
    expect(everything()).toEqual(['out', 'out/run.json', 'out/run.lock']);
    expect(readFileSync(at('out/run.json'), 'utf8')).toBe('old');
    await mine.release();
  });

  it('are refused by the first that cannot be written', async () => {
    const mine = await claim('out');
    mkdirSync(at('out/run.json'));
    await expect(mine.tryNames(['run.json'])).rejects.toThrow(
      'run.json cannot be written: it is a folder',
    );
    await expect(mine.tryNames([`${'m'.repeat(300)}/cfg.json`])).rejects.toThrow('cannot be made');
    await mine.release();
  });
});
