/**
 * A Chromium with a profile of its own that a test can kill: SIGKILL to the whole process tree, as a crash, a power
 * button or the kernel short of memory does, and then start again on what is left on the disk. What happens in its pages
 * is judged as in the shared browser (harness.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { chromiumCommand } from '../../scripts/launch_chromium.mjs';
import { PAGE_LIMIT_MS } from '../../scripts/limits.mjs';
import { watchPage, type PageOptions } from './harness';

export class KillableBrowser {
  private running: { readonly process: ChildProcess; readonly browser: Browser } | null = null;

  private constructor(readonly profile: string) {}

  /** One with a fresh profile, not started. */
  static async create(): Promise<KillableBrowser> {
    return new KillableBrowser(await mkdtemp(join(tmpdir(), 'killable-')));
  }

  /** Starts it, or starts it again on what its profile holds, and opens a page. */
  async open(path: string, options: Omit<PageOptions, 'theme'> = {}): Promise<Page> {
    this.running ??= await start(this.profile);
    const [context] = this.running.browser.contexts();
    if (context === undefined) throw new Error('Chromium has no default context.');
    context.setDefaultTimeout(PAGE_LIMIT_MS);
    const page = await context.newPage();
    watchPage(page, options.expectedTrouble);
    await page.setViewportSize({ width: options.width ?? 1280, height: options.height ?? 800 });
    if (options.before !== undefined) await page.addInitScript({ content: options.before });
    await page.goto(new URL(path, inject('pageAddress')).href);
    return page;
  }

  /** Kills it in whatever it is doing; nothing in it hears of that. */
  async kill(): Promise<void> {
    const { running } = this;
    if (running === null) return;
    this.running = null;
    const { pid } = running.process;
    if (pid === undefined) throw new Error('Chromium has no process.');
    const gone = once(running.process, 'exit');
    // It leads a group of its own, with its renderers and its GPU process in it.
    process.kill(-pid, 'SIGKILL');
    await gone;
    await running.browser.close().catch(() => undefined);
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function start(profile: string) {
  const { executablePath, args, env } = await chromiumCommand();
  // Left by the one that was killed: the address of a browser that is gone.
  const portFile = join(profile, 'DevToolsActivePort');
  await rm(portFile, { force: true });
  const own = [
    '--headless=new',
    '--remote-debugging-port=0',
    '--no-default-browser-check',
    '--hide-crash-restore-bubble',
    `--user-data-dir=${profile}`,
    'about:blank',
  ];
  const child = spawn(executablePath, [...args, ...own], { env, detached: true, stdio: 'ignore' });
  const address = await devToolsAddress(portFile, child);
  const browser = await chromium.connectOverCDP(address, { timeout: PAGE_LIMIT_MS });
  return { process: child, browser };
}

/** Where Chromium listens, once it does; it writes a file that says so. */
async function devToolsAddress(portFile: string, child: ChildProcess): Promise<string> {
  const until = Date.now() + PAGE_LIMIT_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${child.exitCode}.`);
    const [port, path] = await readFile(portFile, 'utf8').then(
      (text) => text.split('\n'),
      () => [],
    );
    if (port !== undefined && path !== undefined) return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('Chromium was started and does not listen.');
}
