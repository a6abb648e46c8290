/**
 * Drives the page in a real Chromium for end-to-end tests. One browser a test file; one page, with storage
 * of its own, a call of `openPage`.
 *
 * A page that logs an error, throws or fails to load something fails the test that opened it, unless the
 * test said beforehand that it expects this.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, inject } from 'vitest';
import { launchChromium } from '../../scripts/launch_chromium.mjs';
import { PAGE_LIMIT_MS } from '../../scripts/limits.mjs';

const screenshots = resolve(import.meta.dirname, '../../out/screenshots');

export interface PageOptions {
  /** The system's colour scheme as the page sees it; light unless told. */
  readonly theme?: 'light' | 'dark';
  /** Size of the viewport in CSS pixels; 1280 × 800 unless told. */
  readonly width?: number;
  readonly height?: number;
  /** Console errors and failed requests that the test means to cause. */
  readonly expectedTrouble?: readonly RegExp[];
  /** Script that runs in the page before its own. */
  readonly before?: string;
}

let browser: Promise<Browser> | undefined;
const openPages: { page: Page; trouble: string[] }[] = [];

/**
 * Opens the page at `path` ("" or "#/groups?…", relative to its address) and waits until it has loaded. It
 * is closed after the test.
 */
export async function openPage(path: string, options: PageOptions = {}): Promise<Page> {
  browser ??= launchChromium();
  const context = await (
    await browser
  ).newContext({
    colorScheme: options.theme ?? 'light',
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
  });
  // Playwright's own half a minute is soon over on a busy machine.
  context.setDefaultTimeout(PAGE_LIMIT_MS);
  const page = await context.newPage();
  watchPage(page, options.expectedTrouble);
  if (options.before !== undefined) await page.addInitScript({ content: options.before });
  await page.goto(new URL(path, inject('pageAddress')).href);
  return page;
}

/** Has the test fail on trouble of a page that it does not expect, and the page closed after the test. */
export function watchPage(page: Page, expectedTrouble: readonly RegExp[] = []): void {
  const trouble: string[] = [];
  const note = (text: string): void => {
    if (!expectedTrouble.some((expected) => expected.test(text))) trouble.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`thrown: ${error.message}`));
  page.on('crash', () => note('the page crashed'));
  page.on('requestfailed', (request) => {
    note(`request failed: ${request.url()} (${request.failure()?.errorText ?? 'unknown'})`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) note(`status ${response.status()}: ${response.url()}`);
  });
  openPages.push({ page, trouble });
}

/** Keeps a picture of the page in out/screenshots/NAME.png, for people to look at. Says so: a long test goes on. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  console.log(`Picture of ${name}`);
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: resolve(screenshots, `${name}.png`) });
}

/** Titles of panels that touch or lie over one another: what holds them has lost the space between them. */
export function touchingPanels(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    /** Pixels that two panels must be apart, to the side or up and down. */
    const LEAST = 4;
    const panels = [...document.querySelectorAll('.panel')].filter(
      (panel) => panel.getClientRects().length > 0,
    );
    const titleOf = (panel: Element) => panel.querySelector('.panel-title')?.textContent ?? '?';
    return panels.flatMap((one, i) =>
      panels.slice(i + 1).flatMap((other) => {
        if (one.contains(other) || other.contains(one)) return [];
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        const across = Math.max(a.left, b.left) - Math.min(a.right, b.right);
        const down = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom);
        return Math.max(across, down) < LEAST ? [`${titleOf(one)} and ${titleOf(other)}`] : [];
      }),
    );
  });
}

afterEach(async () => {
  const opened = openPages.splice(0);
  await Promise.all(opened.map(({ page }) => page.context().close()));
  const trouble = opened.flatMap((each) => each.trouble);
  if (trouble.length > 0) throw new Error(`The page had trouble:\n${trouble.join('\n')}`);
});

afterAll(async () => {
  await (await browser)?.close();
});
