import { once } from 'node:events';
import { createServer } from 'node:net';
import { type RotatingProvider, startRotatingProvider } from '@drippulse/fake-providers/rotating';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { findChromium } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, startBrowser } from '../src/browser.ts';

const found = await findChromium({ onProgress: (message) => console.warn(message) });

if ('unavailable' in found) notRun(found);
else describe('in Chromium', () => consentsInBrowser(found.executable));

function consentsInBrowser(executable: string): void {
  let provider: RotatingProvider;
  let platform: RunningPlatform;
  let browser: Browser;
  beforeAll(async () => {
    // The redirect address is registered with the provider, so it must be known before the platform starts.
    const port = await freePort();
    provider = await startRotatingProvider({ redirectUri: `http://127.0.0.1:${port}/auth/connections/callback` });
    platform = await startLayout('start', {
      env: {
        PORT: String(port),
        PROVIDER_HOSTS_OVERRIDE: provider.url,
        ZOOM_CLIENT_ID: provider.client.id,
        ZOOM_CLIENT_SECRET: provider.client.secret,
      },
    });
    browser = await startBrowser(executable);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    await provider?.stop();
  });

  async function begin(externalKey: string): Promise<string> {
    const asked = { provider: 'zoom', external_key: externalKey, return_to: '/docs', scopes: ['user:read:user'] };
    const { body } = await platform.api.post('/api/v1/integration_connections/authorize', asked);
    return body.url;
  }

  test('a person connects an account, and comes back to where it began with what is missing', async () => {
    const page = await newPage(browser);
    await page.goto(await begin('first'));
    await signIn(page, 'ada@acme');
    await page.waitForURL(/\/docs\?/);
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('missing_scopes')).toContain('meeting:write:meeting');
    const path = `/api/v1/integration_connections/${searchParams.get('connection')}`;
    expect((await platform.api.get(path)).body.account).toEqual({ id: 'acme', name: 'ada@acme' });
    expect((await platform.api.post(`${path}/test_connection`, {})).body.ok).toBe(true);
    await page.context().close();
  });

  test('a consent is worth nothing in a browser that did not begin it, and the address to begin with works once', async () => {
    const page = await newPage(browser);
    const url = await begin('stolen');
    await page.goto(url);
    await page.context().clearCookies({ name: /drippulse-connect/ });
    const calls = provider.tokenCalls();
    await signIn(page, 'ada@acme');
    await page.waitForURL(/\/auth\/connections\/callback/);
    expect(await page.textContent('h1')).toBe('This answer belongs to no connection');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(provider.tokenCalls()).toBe(calls);
    expect((await page.goto(url))?.status()).toBe(404);
    await page.context().close();
  });
}

async function newPage(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}

/** Passes the pages of the provider: its sign-in, and its consent. */
async function signIn(page: Page, person: string): Promise<void> {
  await page.fill('input[name=login]', person);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.waitForSelector('input[name=prompt][value=consent]', { state: 'attached' });
  await page.click('button[type=submit]');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
