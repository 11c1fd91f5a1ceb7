import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { findChromium } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { accessibilityFaults, openPage, startBrowser } from '../src/browser.ts';

const found = await findChromium({ onProgress: (message) => console.warn(message) });

if ('unavailable' in found) notRun(found);
else describe('in Chromium', () => pagesInBrowser(found.executable));

function pagesInBrowser(executable: string): void {
  let platform: RunningPlatform;
  let browser: Browser;
  beforeAll(async () => {
    platform = await startLayout('start');
    browser = await startBrowser(executable);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
  });

  test.each([
    ['/docs', 'dark', 390],
    ['/docs/api-reference.html', 'light', 1280],
    ['/docs/api/enrollments.html', 'dark', 1280],
    ['/docs/api/workflows.html', 'light', 390],
    ['/docs/errors.html', 'light', 1280],
    ['/docs/console.html', 'dark', 1280],
  ] as const)('%s in %s at %s px breaks no rule of security or accessibility', async (path, colorScheme, width) => {
    const viewport = { width, height: 900 };
    await using opened = await openPage(browser, platform.baseUrl + path, { colorScheme, viewport });
    expect(await accessibilityFaults(opened.page)).toEqual([]);
    expect(opened.faults).toEqual([]);
    // No element makes the page wider than the screen.
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test('without JavaScript the reference shows operations, samples in both languages and answers, and no dead control', async () => {
    await using opened = await openPage(browser, `${platform.baseUrl}/docs/api/workflows.html`, {
      javaScriptEnabled: false,
    });
    // The text that is shown, without hidden elements.
    // biome-ignore lint/performance/useDomNodeTextContent: the rendered text is what is tested
    const text = await opened.page.locator('main').innerText();
    for (const part of ['/api/v1/workflows', 'Least role', 'curl -sS', 'await fetch(', 'Answer 201']) {
      expect(text).toContain(part);
    }
    expect(await opened.page.isVisible('#search')).toBe(false);
    expect(await opened.page.isVisible('#theme')).toBe(false);
  });

  test('without JavaScript a narrow screen opens the menu', async () => {
    await using opened = await openPage(browser, `${platform.baseUrl}/docs/errors`, {
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    });
    expect(await opened.page.isVisible('.menu')).toBe(false);
    await opened.page.click('.menu-button');
    expect(await opened.page.isVisible('.menu')).toBe(true);
    await opened.page.click('.menu a[href="/docs/api/webhooks.html"]');
    expect(await opened.page.textContent('h1')).toBe('Webhooks');
  });

  test('the keyboard alone skips to the text, searches, and opens what it finds', async () => {
    await using opened = await openPage(browser, `${platform.baseUrl}/docs`);
    const { page, faults } = opened;
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page.keyboard.press('/');
    await page.keyboard.type('rate_limited');
    await page.waitForSelector('.search-dialog li');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/docs/errors.html#rate_limited');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('bulk enrollment of contacts');
    await page.waitForSelector('.search-dialog li');
    expect(await page.textContent('.search-dialog')).toContain('Enrollments');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('the chosen theme and the chosen language stay on the next page', async () => {
    await using opened = await openPage(browser, `${platform.baseUrl}/docs/api/workflows.html`, {
      colorScheme: 'light',
    });
    const { page } = opened;
    await page.click('#theme');
    await page.getByRole('tab', { name: 'TypeScript' }).first().click();
    await page.goto(`${platform.baseUrl}/docs/api/webhooks.html`);
    expect(await page.getAttribute('#theme', 'aria-pressed')).toBe('true');
    expect(
      await page.evaluate(
        'getComputedStyle(document.body).colorScheme + getComputedStyle(document.body).backgroundColor',
      ),
    ).toBe('darkrgb(13, 16, 21)');
    expect(await page.getByRole('tab', { name: 'TypeScript' }).first().getAttribute('aria-selected')).toBe('true');
    expect(await page.isVisible('[data-tab="curl"]')).toBe(false);
  });
}
