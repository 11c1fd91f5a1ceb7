import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { findChromium } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { accessibilityFaults, openPage, startBrowser } from '../src/browser.ts';
import { crawl } from '../src/pages.ts';

const found = await findChromium({ onProgress: (message) => console.warn(message) });
let platform: RunningPlatform;
let browser: Browser;

if ('unavailable' in found) notRun(found);
else {
  beforeAll(async () => {
    platform = await startLayout('start');
    browser = await startBrowser(found.executable);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'every page in %s at %s px breaks no rule of security or accessibility',
    async (colorScheme, width) => {
      const pages = [...(await crawl(platform.baseUrl)).values()].filter(({ html }) => html !== '');
      const broken: [string, string[]][] = [];
      for (const { path } of pages) {
        const viewport = { width, height: 900 };
        await using opened = await openPage(browser, platform.baseUrl + path, { colorScheme, viewport });
        const overflow = Number(await opened.page.evaluate('document.documentElement.scrollWidth')) - width;
        const faults = [...(await accessibilityFaults(opened.page)), ...opened.faults];
        if (overflow > 0) faults.push(`${overflow} px wider than the screen`);
        if (faults.length > 0) broken.push([path, faults]);
      }
      expect(pages.length).toBeGreaterThan(20);
      expect(broken).toEqual([]);
    },
    600_000,
  );
}
