/**
 * Figures in a real browser: each fills the window and goes back, is saved with what it is about, and a narrow page
 * stays readable. The engine is a stub that answers the first command: without WebGPU the page shows the recorded run
 * of the first experiment, with it the draft before any training.
 */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/lab/protocol/protocol';
import { openPage } from './harness';

function stubEngine(answer: Event): string {
  return `window.Worker = class {
    postMessage({ kind }) {
      if (kind === 'connect') queueMicrotask(() => this.onmessage({ data: ${JSON.stringify(answer)} }));
    }
    terminate() {}
  };`;
}

const NO_WEBGPU = stubEngine({
  kind: 'unavailable',
  error: { code: 'no_webgpu', message: 'There is no WebGPU.', wayOut: 'Read on.' },
});

const CONNECTED = stubEngine({
  kind: 'connected',
  adapter: {
    name: 'An adapter with a long name, 16 GiB (Vulkan)',
    vendor: 'none',
    architecture: 'none',
    software: false,
    features: [],
    maxBufferSize: 2 ** 31,
    maxStorageBufferBindingSize: 2 ** 31,
    defaultLimitsOnly: false,
  },
});

const boxOf = async (locator: Locator) => {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('Nothing is drawn there.');
  return box;
};

async function savedText(page: Page, figure: string, kind: 'SVG' | 'CSV') {
  await page.getByRole('button', { name: `Save ${figure}`, exact: true }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: `Save ${kind}` }).click();
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

describe('a figure', () => {
  it('fills the window at f or its button and returns at Escape, with its focus and its zoom', async () => {
    const page = await openPage('', { before: NO_WEBGPU });
    const figure = page.getByRole('figure', { name: 'Explained variance' });
    const curve = figure.getByRole('img');
    await curve.waitFor();
    await curve.focus();
    const before = await boxOf(figure);
    await page.keyboard.press('Home');
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('+');
    await page.keyboard.press('f');
    const large = page.getByRole('dialog', { name: 'Explained variance' });
    expect(await boxOf(large)).toEqual({ x: 0, y: 0, width: 1280, height: 800 });
    expect((await boxOf(large.getByRole('img'))).height).toBeGreaterThan(600);
    expect(await large.getByRole('img').evaluate((node) => node === document.activeElement)).toBe(
      true,
    );
    // Nothing else can be reached meanwhile.
    await page.keyboard.press('Shift+Tab');
    expect(await large.evaluate((node) => node.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    expect(await boxOf(figure)).toEqual(before);
    expect(await page.locator('[inert]').count()).toBe(0);
    // The zoom is that of all curves and still holds.
    expect(await page.getByRole('button', { name: 'Show all' }).count()).toBeGreaterThan(1);

    const button = page.getByRole('button', { name: 'Fill the window with Units per shape' });
    await button.click();
    await page.getByRole('dialog', { name: 'Units per shape' }).waitFor();
    await page.keyboard.press('f');
    expect(await button.evaluate((node) => node === document.activeElement)).toBe(true);
  });

  it('is saved with the names of its run and its models, as a picture and as a table', async () => {
    const page = await openPage('', { before: NO_WEBGPU });
    const svg = await savedText(page, 'Explained variance', 'SVG');
    expect(svg.name).toBe('recorded-run-metrics-explained-variance.svg');
    expect(svg.text).toMatch(/>Explained variance</);
    expect(svg.text).toMatch(/>Recorded run · step [\d\u202f]+ · saved \d{4}-\d\d-\d\d</);
    expect(svg.text).toMatch(/>SASA</);
    const csv = await savedText(page, 'Explained variance', 'CSV');
    expect(csv.text).toMatch(
      /^step,run,model,metric,samples,value,read_on,rows\n\d+,Recorded run,SASA,Explained variance,/,
    );
    const shapes = await savedText(page, 'Shapes by the units that hold them', 'SVG');
    for (const word of ['Circle', 'Sphere', 'Helix', 'SASA', 'TopK SAE', 'rank90 2']) {
      expect(shapes.text, word).toMatch(new RegExp(`>${word}<`));
    }
    expect(shapes.text.match(/>group \d+</g)).toHaveLength(3);
  });
});

describe('the Train page', () => {
  it('explains a setting under its row, inside the panel', async () => {
    const page = await openPage('', { before: CONNECTED });
    const field = page.getByRole('textbox', { name: 'Block rank, r' });
    await field.focus();
    const hint = await boxOf(page.locator('.hint'));
    const panel = await boxOf(page.locator('.settings'));
    const control = await boxOf(field);
    expect(hint.x + hint.width).toBeLessThanOrEqual(panel.x + panel.width);
    expect(hint.y >= control.y + control.height || hint.y + hint.height <= control.y).toBe(true);
  });

  it.each([
    [400, 800],
    [640, 400],
    [1024, 768],
  ])('cuts nothing off at %i × %i', async (width, height) => {
    const page = await openPage('', { before: CONNECTED, width, height });
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
    const cutOff = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.header a, .header button, .train *')]
        .filter((node) => {
          const { right, width: wide } = node.getBoundingClientRect();
          return wide > 1 && right > innerWidth + 1;
        })
        .map((node) => node.outerHTML.slice(0, 80)),
    );
    expect(cutOff).toEqual([]);
    // Every page can be reached: the line of pages scrolls by itself where it is too short.
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    expect(await page.evaluate('location.hash')).toMatch(/runs/);
  });
});
