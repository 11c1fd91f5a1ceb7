import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { type SignInProvider, startSignInProvider } from '@drippulse/fake-providers/sign-in';
import { type Api, createApi, type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, findChromium } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, startBrowser } from '../src/browser.ts';

const found = await findChromium({ onProgress: (message) => console.warn(message) });

if ('unavailable' in found) notRun(found);
else describe('in Chromium', () => signsInInBrowser(found.executable));

function signsInInBrowser(executable: string): void {
  let provider: SignInProvider;
  let platform: RunningPlatform;
  let browser: Browser;
  let url: string;
  const member = { username: 'grace', email: 'grace@example.com', role: 'editor', password: 'correct horse battery' };
  beforeAll(async () => {
    // The redirect address is registered with the provider, so it must be known before the platform starts.
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    provider = await startSignInProvider({ redirectUris: [`${url}/auth/google_oauth2/callback`] });
    provider.people.set('grace', { email: member.email, email_verified: true, hd: 'example.com' });
    platform = await startLayout('start', {
      env: {
        PORT: String(port),
        SIGN_UP: 'open',
        GOOGLE_ISSUER: provider.issuer,
        GOOGLE_CLIENT_ID: provider.client.id,
        GOOGLE_CLIENT_SECRET: provider.client.secret,
      },
    });
    await platform.api.post('/api/v1/team_members', member);
    browser = await startBrowser(executable);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.dispose();
    await provider?.stop();
  });

  test.each([true, false])(
    'a person signs in with Google, links the account once, and comes back (scripts: %s)',
    async (javaScriptEnabled) => {
      provider.people.set(`grace-${javaScriptEnabled}`, {
        email: member.email,
        email_verified: true,
        hd: 'example.com',
      });
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      const look = async () => (javaScriptEnabled ? accessibilityFaults(page) : []);
      await page.goto(`${url}/dashboard/login`);
      expect(await look()).toEqual([]);
      await page.getByRole('link', { name: 'Sign in with Google' }).click();
      await atProvider(page, `grace-${javaScriptEnabled}`);
      // The page asks for a password, because an administrator entered the member's address, and the member has never
      // proved to own it.
      expect(await page.textContent('h1')).toBe('Who are you here?');
      expect(await look()).toEqual([]);
      await page.fill('input[name=username]', member.username);
      await page.fill('input[name=password]', 'wrong');
      await page.getByRole('button').click();
      expect(await page.getByRole('alert').textContent()).toContain('wrong');
      await page.fill('input[name=password]', member.password);
      await page.getByRole('button').click();
      await page.waitForURL(`${url}/dashboard`);
      const [cookie, ...others] = (await context.cookies()).filter(({ name }) => name.startsWith('drippulse'));
      expect(others).toEqual([]);
      expect(cookie).toMatchObject({ name: 'drippulse', httpOnly: true, sameSite: 'Strict' });
      await context.clearCookies();
      await page.goto(`${url}/dashboard/login`);
      await page.getByRole('link', { name: 'Sign in with Google' }).click();
      await atProvider(page, `grace-${javaScriptEnabled}`);
      await page.waitForURL(`${url}/dashboard`);
      await context.close();
    },
  );

  test.each([true, false])(
    'a person signs up, makes a key, and a first workflow runs (scripts: %s)',
    async (javaScriptEnabled) => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      const look = async () => (javaScriptEnabled ? accessibilityFaults(page) : []);
      const email = `founder-${javaScriptEnabled}@example.com`;
      await page.goto(`${url}/dashboard/login`);
      await page.getByRole('link', { name: 'Sign up' }).click();
      expect(await page.textContent('h1')).toBe('Sign up');
      expect(await look()).toEqual([]);
      await page.fill('input[name=organization_name]', 'Founders');
      await page.fill('input[name=email]', email);
      await page.getByRole('button').click();
      expect(await page.textContent('h1')).toBe('Look into your mailbox');
      expect(await look()).toEqual([]);
      const link = await mailedLink(path.join(platform.dataDir, 'mail'), email);
      expect(link).toContain(`${url}/dashboard/sign-up/confirm#token=`);
      await page.goto(link);
      expect(await look()).toEqual([]);
      if (javaScriptEnabled) expect(page.url()).not.toContain('token');
      else await page.fill('input[name=token]', link.split('=')[1] ?? '');
      await page.fill('input[name=password]', member.password);
      await page.fill('input[name=name]', 'Ada');
      await page.getByRole('button').click();
      expect(await page.textContent('h1')).toBe('Welcome');
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.fill('input[name=username]', email);
      await page.fill('input[name=password]', member.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(`${url}/dashboard`);
      await context.close();
      await runFirstWorkflow(createApi(url, undefined), { username: email, password: member.password });
    },
  );

  test('the session of the cookie works for a page of the same origin, and not for one on another port', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${url}/dashboard/login`);
    await page.fill('input[name=username]', member.username);
    await page.fill('input[name=password]', member.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${url}/dashboard`);
    await page.goto(`${url}/docs`);
    const status = (headers: object) =>
      page.evaluate(
        `fetch('${url}/api/v1/projects', { method: 'POST', credentials: 'include', mode: 'cors',
          headers: ${JSON.stringify({ 'content-type': 'application/json', ...headers })}, body: '{"name":"P"}' })
          .then(({ status }) => status, () => 'refused')`,
      );
    expect(await status({})).toBe(401);
    expect(await status({ 'x-drippulse-dashboard': '1' })).toBe(201);
    // Cookies ignore ports, so the provider's page belongs to the same site as the platform.
    await page.goto(`${provider.issuer}/.well-known/openid-configuration`);
    expect(await status({ 'x-drippulse-dashboard': '1' })).toBe('refused');
    await page.context().close();
  });
}

/** Reads the link in the mail to an address. Without a mail server, the platform writes mails into a folder. */
async function mailedLink(folder: string, email: string): Promise<string> {
  return eventually(() => {
    for (const name of readdirSync(folder)) {
      // Quoted-printable: `=` ends a broken line, and a literal `=` is written `=3D`.
      const mail = readFileSync(path.join(folder, name), 'utf8')
        .replace(/=\r?\n/g, '')
        .replaceAll('=3D', '=');
      const link = mail.includes(email) ? /http\S+#token=[\w-]{43}/.exec(mail)?.[0] : undefined;
      if (link !== undefined) return link;
    }
    throw new Error(`no mail to ${email}`);
  });
}

/** Takes the first steps of a new organization: makes a key and a workflow, and runs a contact through the workflow. */
async function runFirstWorkflow(anybody: Api, credentials: { username: string; password: string }): Promise<void> {
  const { body: session } = await anybody.post('/api/v1/auth/login', credentials);
  const key = await anybody.as(session.token).post('/api/v1/api_keys', { name: 'First' });
  const api = anybody.as(key.body.key);
  const steps = [{ type: 'log', name: 'Done', config: { message: 'ok', level: 'info' } }];
  const workflow = await api.post('/api/v1/workflows', { name: 'First', status: 'active', steps });
  const enrolled = await api.post(`/api/v1/workflows/${workflow.body.id}/enrollments/bulk`, {
    contacts: [{ email: 'first@example.com' }],
  });
  expect([session, key, workflow, enrolled].map(({ status }) => status)).toEqual([undefined, 201, 201, 201]);
  await eventually(async () => {
    const { body } = await api.get(`/api/v1/workflows/${workflow.body.id}/enrollments`);
    expect(body.enrollments).toMatchObject([{ status: 'completed' }]);
  });
}

/** Passes the pages of the provider: its sign-in if it has no session yet, and its consent. */
async function atProvider(page: Page, person: string): Promise<void> {
  for (let step = 0; step < 3; step += 1) {
    await page.waitForLoadState();
    if (!page.url().includes('/interaction/')) return;
    if ((await page.locator('input[name=login]').count()) > 0) {
      await page.fill('input[name=login]', person);
      await page.fill('input[name=password]', 'any');
    }
    await page.locator('button[type=submit]').click();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
