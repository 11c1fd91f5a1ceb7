import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWith, sendBody } from '../transcoder/reply.ts';
import { type Page, type Pages, pageKey } from './page.ts';

/** Pages load their own files only, and the images inside the stylesheet of Swagger UI. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

/** The folder that the workspaces below `site/` write. */
const siteFolder = fileURLToPath(new URL('../../../../site/static/', import.meta.url));

/**
 * The files of a folder, read once. A file is served at its path in the folder, `index.html` at the path of its folder.
 * The bare address leads to the documentation.
 */
export function staticFiles(folder: string = siteFolder): Pages {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const pages = files.map(({ parentPath, name }): [string, Page] => {
    const file = path.join(parentPath, name);
    return [pageKey(`/${servedAs(path.relative(folder, file))}`), fixed(readFileSync(file), contentTypeOf(name))];
  });
  return new Map([['/', redirectToDocs], ...pages]);
}

function servedAs(file: string): string {
  return file
    .split(path.sep)
    .join('/')
    .replace(/(^|\/)index\.html$/, '');
}

function contentTypeOf(name: string): string {
  const contentType = contentTypes[path.extname(name)];
  if (contentType === undefined) throw new Error(`No content type is known for ${name}`);
  return contentType;
}

/** Answers with a text that does not change while the process runs. */
function fixed(body: Buffer, contentType: string): Page {
  return (_request, response) => {
    response.setHeader('content-type', contentType);
    response.setHeader('content-security-policy', contentSecurityPolicy);
    response.setHeader('cache-control', 'public, max-age=300');
    // Rejects when the client leaves, which needs no answer.
    sendBody(response, [body]).catch(() => response.destroy());
  };
}

function redirectToDocs(_request: unknown, response: Parameters<Page>[1]): void {
  response.statusCode = 302;
  response.setHeader('location', '/docs');
  endWith(response, '');
}
