import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { publicServices } from '@drippulse/proto/public-services';
import { fixedBody, sendFixed } from '../transcoder/fixed-body.ts';
import { setPageHeaders } from '../transcoder/page-headers.ts';
import { endWith } from '../transcoder/reply.ts';
import { routesOf } from '../transcoder/routes.ts';
import { contentTypeOf } from './content-types.ts';
import type { Page } from './page.ts';

/**
 * Finds the page of a path: a screen of the dashboard, a different page, or a file. Undefined if the path has no page.
 */
export type Dashboard = (path: string) => Page | undefined;

/**
 * Scripts and styles are files of our own. No string becomes code, because no Trusted Types policy may be created, so
 * every function of the document that would run a string refuses it. Frames show mails, which the API serves with a
 * policy of their own.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Folder with the built dashboard. */
const builtFolder = fileURLToPath(new URL('../../../../web/dist/dashboard/', import.meta.url));

/**
 * Serves the dashboard, if its files exist. Every path below `/dashboard` that is neither a file nor a route of the API
 * is a screen, which the page resolves by itself.
 */
export function dashboardFrom(folder: string = builtFolder): Dashboard {
  let files: ReadonlyMap<string, Page> | undefined;
  return (requested) => {
    if (!isBelow(requested)) return undefined;
    files ??= existsSync(path.join(folder, 'index.html')) ? readFiles(folder) : undefined;
    if (files === undefined) return notThere;
    return files.get(requested) ?? (requested.startsWith('/dashboard/assets/') ? undefined : files.get('/dashboard'));
  };
}

/** Names below `/dashboard` that are routes of the API, such as `session`. */
const taken: ReadonlySet<string> = new Set(
  publicServices
    .flatMap(routesOf)
    .map(({ template }) => /^\/dashboard\/([^/]+)/.exec(template)?.[1] ?? '')
    .filter((name) => name !== ''),
);

function isBelow(requested: string): boolean {
  const [, first, second] = requested.split('/');
  return first === 'dashboard' && !taken.has(second ?? '');
}

function readFiles(folder: string): Map<string, Page> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      const address = `/dashboard/${path.relative(folder, file).split(path.sep).join('/')}`;
      return [address.replace(/\/index\.html$/, ''), fixed(readFileSync(file), address)];
    }),
  );
}

/**
 * Creates the page of a file. Files whose name contains a hash of their content never change. Clients revalidate all
 * other files each time.
 */
function fixed(bytes: Buffer, address: string): Page {
  const body = fixedBody(bytes);
  const isHashed = address.startsWith('/dashboard/assets/');
  return (request, response) => {
    setPageHeaders(request, response);
    response.setHeader('content-type', contentTypeOf(address));
    response.setHeader('content-security-policy', contentSecurityPolicy);
    response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    // The promise rejects when the client leaves. No response is needed then.
    sendFixed(response, body, bytes.length).catch(() => response.destroy());
  };
}

const missing = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>No dashboard yet</title>
</head>
<body>
<h1>No dashboard yet</h1>
<p>This version is operated over its API. The <a href="/docs">documentation</a> says how.</p>
</body>
</html>
`;

const notThere: Page = (request, response) => {
  setPageHeaders(request, response);
  response.statusCode = 404;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  endWith(response, missing);
};
