import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { crawl, decoded, pathOf, type ServedPage } from '../src/pages.ts';

const run = promisify(execFile);
let platform: RunningPlatform;
let pages: Map<string, ServedPage>;
// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
let openApi: any;
/** Keys with which the samples call. A sample may revoke the first key, so there is a second one. */
let keys: string[];

beforeAll(async () => {
  platform = await startLayout('start', { env: { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_BURST: '1000000' } });
  pages = await crawl(platform.baseUrl);
  openApi = await (await get('/docs/skills/drippulse-openapi-v1.json')).json();
  const made = [0, 1].map(() => platform.api.post('/api/v1/api_keys', { name: 'samples' }));
  keys = (await Promise.all(made)).map(({ body }) => body.key);
});
afterAll(() => platform?.dispose());

/** Reads the whole body, because a socket with unread data stays open after the suite. */
const get = async (path: string, accept = '*/*') => {
  const answer = await fetch(platform.baseUrl + path, { headers: { accept } });
  return new Response(await answer.arrayBuffer(), answer);
};
const htmlPages = () => [...pages.values()].filter(({ html }) => html !== '');
const operations = () =>
  Object.entries<Record<string, { operationId?: string }>>(openApi.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId = '' }]) => ({ method: method.toUpperCase(), path, operationId })),
  );

test('every link of every page leads to something, anchors included', () => {
  const dead = htmlPages().flatMap(({ path, links }) =>
    links
      .filter((link) => !/^https:\/\//.test(link))
      .filter((link) => {
        const [, anchor] = link.split('#');
        const target = pages.get(pathOf(link) || path);
        return target === undefined || (anchor !== undefined && !target.ids.has(decodeURIComponent(anchor)));
      })
      .map((link) => `${path}: ${link}`),
  );
  expect(htmlPages().length).toBeGreaterThan(20);
  expect(dead).toEqual([]);
});

test('no page loads anything from elsewhere, or has a script or a style in it', () => {
  for (const { html } of htmlPages()) {
    expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/docs\/)|<style|\sstyle="|\son[a-z]+="/);
  }
});

test.each([
  '/docs',
  '/docs/',
  '/docs/index.html',
  '/docs/errors',
  '/docs/errors.html#route_not_found',
  '/docs/console.html',
  '/docs/agent-skills.html',
  '/docs/external-agents-guide.html',
  '/docs/event-bridge-workflows.html',
  '/docs/api-reference.html#workflow-enrollments-visibility',
  '/docs/skills/drippulse-agent-skills-v1.md',
  '/docs/skills/drippulse-openapi-v1.json',
  '/docs/skills/manifest.json',
  '/llms.txt',
  '/llms-full.txt',
  '/.well-known/agent-skills/index.json',
])('the documented address %s answers', async (address) => {
  const [path = '', anchor] = address.split('#');
  const answer = await get(path, 'text/html');
  expect(answer.status).toBe(200);
  expect(anchor === undefined || (await answer.text()).includes(`id="${anchor}"`)).toBe(true);
});

test('every operation and every schema of the document has its anchor', () => {
  const overview = pages.get('/docs/api-reference.html');
  const areas = htmlPages().filter(({ path }) => path.startsWith('/docs/api/'));
  for (const { operationId } of operations()) {
    expect([operationId, overview?.ids.has(operationId)]).toEqual([operationId, true]);
    expect([operationId, areas.filter(({ ids }) => ids.has(operationId)).length]).toEqual([operationId, 1]);
  }
  const schemas = pages.get('/docs/api/schemas.html');
  expect(Object.keys(openApi.components.schemas).filter((name) => schemas?.ids.has(name) !== true)).toEqual([]);
});

test('every page has a Markdown twin, by its ending and by Accept, and is in llms.txt', async () => {
  const index = await (await get('/llms.txt')).text();
  for (const { path, html } of htmlPages()) {
    const twin = /<link rel="alternate" type="text\/markdown" href="([^"]+)">/.exec(html)?.[1] ?? '';
    const [byEnding, byAccept, byBrowser, byBrowserInTwin] = await Promise.all([
      get(twin),
      get(path, 'text/markdown, text/html;q=0.9'),
      get(path, 'text/html,application/xhtml+xml,*/*;q=0.8'),
      get(twin, 'text/html'),
    ]);
    expect([path, byEnding.status, byAccept.status, byBrowserInTwin.status]).toEqual([path, 200, 200, 200]);
    expect(byEnding.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(byAccept.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(byAccept.headers.get('vary')?.toLowerCase()).toMatch(/accept(,|$)/);
    expect(byBrowser.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const text = await byEnding.text();
    expect(await byAccept.text()).toBe(text);
    expect(text).toMatch(/^# .+\n\n> .+\n/);
    expect(text).not.toContain('<!--');
    expect(index).toContain(`](${twin})`);
  }
});

test('every link of the twins and of the index for agents leads to something', async () => {
  const index = await (await get('/llms.txt')).text();
  const linksOf = (text: string) =>
    [...text.replaceAll(/^```[\s\S]*?^```$|`[^`\n]+`/gm, '').matchAll(/\]\((\/[^)#\s]*)/g)].map(
      ([, link = '']) => link,
    );
  const twins = new Set(linksOf(index));
  const texts = await Promise.all([...twins].map(async (twin) => (await get(twin)).text()));
  const links = new Set([...twins, ...texts.flatMap(linksOf)]);
  const dead = await Promise.all([...links].map(async (link) => ((await get(link)).status === 200 ? [] : [link])));
  expect(links.size).toBeGreaterThan(20);
  expect(dead.flat()).toEqual([]);
});

test('the digests of the skills are those of their files', async () => {
  const { skills } = (await (await get('/.well-known/agent-skills/index.json')).json()) as {
    skills: { url: string; digest: string }[];
  };
  for (const { url, digest } of skills) {
    const bytes = new Uint8Array(await (await get(url)).arrayBuffer());
    expect(digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  }
});

/**
 * Error reasons that only a wrong sample causes. All other reasons depend on rows, which the author of a sample cannot
 * know.
 */
const faults =
  /route_not_found|method_not_allowed|unsupported_media_type|malformed|unauthenticated|invalid_header|invalid_idempotency_key|internal/;

test('every curl sample of the reference reaches its operation', async () => {
  const samples = samplesOf(/<section data-tab="curl">[\s\S]*?<code>([\s\S]*?)<\/code>/g);
  expect(samples).toHaveLength(operations().length);
  // One shell runs all samples. Each sample prints a line with its number, the status and the response.
  const script = samples.map((sample, number) => `printf '\\n%s ' ${number}\n${sample}`).join('\n');
  const shell = `curl() { command curl --max-time 2 "$@" -o answer -w '%{http_code} '; head -c 300 answer | tr '\\n' ' '; }\necho {} > file\n${script}`;
  const { stdout } = await run('bash', ['-c', shell], {
    cwd: platform.dataDir,
    env: { ...process.env, API_BASE: `${platform.baseUrl}/api/v1`, TOKEN: keys[0] },
  });
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(samples.length);
  expect(lines.map((line, number) => ({ line, sample: samples[number] })).filter(({ line }) => isFault(line))).toEqual(
    [],
  );
});

test('every TypeScript sample of the reference reaches its operation', async () => {
  const samples = samplesOf(/<section data-tab="TypeScript">[\s\S]*?<code>([\s\S]*?)<\/code>/g);
  expect(samples).toHaveLength(operations().length);
  const answers: string[] = [];
  const noting: typeof fetch = async (...call) => {
    const answer = await fetch(...call);
    if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
      answers.push(`${answers.length} ${answer.status} `);
      await answer.body?.cancel();
      return new Response('');
    }
    answers.push(`${answers.length} ${answer.status} ${(await answer.clone().text()).slice(0, 300)}`);
    return answer;
  };
  for (const sample of samples) {
    const call = new Function('API_BASE', 'TOKEN', 'fetch', `return (async () => {\n${sample}\n})()`);
    // A sample throws an Error when the API refuses its call.
    await call(`${platform.baseUrl}/api/v1`, keys[1], noting).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'Error') throw error;
    });
  }
  expect(answers).toHaveLength(samples.length);
  expect(answers.filter(isFault)).toEqual([]);
});

/** Matches the response of an operation whose third-party server the operator has not set up. */
const notConfigured = /^\d+ 503 \{"type":"\/docs\/errors#[a-z]+_not_configured"/;

function isFault(line: string): boolean {
  if (notConfigured.test(line)) return false;
  return !/^\d+ [1-4]\d\d /.test(line) || faults.test(/"error":"([a-z_]+)"/.exec(line)?.[1] ?? '');
}

/** Returns the samples of every operation. */
function samplesOf(pattern: RegExp): string[] {
  return htmlPages()
    .filter(({ path }) => path.startsWith('/docs/api/'))
    .flatMap(({ html }) => [...html.matchAll(pattern)].map(([, code = '']) => decoded(code)));
}
