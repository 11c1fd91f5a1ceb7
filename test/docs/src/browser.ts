import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A page in the browser. `faults` lists the violations of the security policy and the failed scripts so far. */
export type OpenPage = { page: Page; faults: string[] };

export async function startBrowser(executable: string): Promise<Browser> {
  // The sandbox is off, because Chromium refuses to sandbox as root. This is safe, because the pages are the platform's
  // own.
  return chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
}

/** Opens an address in a new browser context, which shares no storage with other contexts. */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage & AsyncDisposable> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  await page.exposeFunction('noteFault', (fault: string) => void faults.push(fault));
  await page.addInitScript(`addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    noteFault(violatedDirective + ' ' + blockedURI), true)`);
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('response', (answer) => {
    if (answer.status() >= 400) faults.push(`${answer.url()} answers ${answer.status()}`);
  });
  await page.goto(address);
  // The console requests the document only after the page has loaded.
  if ((await page.locator('#console').count()) > 0) await page.waitForLoadState('networkidle');
  return { page, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** Returns the faults that axe finds at WCAG 2.2 AA, one on each line. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] })`,
  );
  const { violations } = found as axe.AxeResults; // axe documents this type for the result
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary}`),
  );
}
