import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixedBody, sendFixed } from '../transcoder/fixed-body.ts';
import { setPageHeaders } from '../transcoder/page-headers.ts';
import { endWith } from '../transcoder/reply.ts';
import { contentTypeOf } from './content-types.ts';
import { type Page, type Pages, pageKey } from './page.ts';
import { inEitherForm } from './page-forms.ts';

/** Pages load only their own files, and the images inside the stylesheet of Swagger UI. */
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

/** The folder to which the workspaces below `site/` write. */
const siteFolder = fileURLToPath(new URL('../../../../site/static/', import.meta.url));

/**
 * Serves the files of a folder, which are read once. A file is served at its path in the folder. A page is also served
 * without its extension, and `index.html` at the path of its folder. If a Markdown file with the same name is next to a
 * page, the page's path returns that file when the client asks for Markdown. The root path redirects to the
 * documentation.
 */
export function staticFiles(folder: string = siteFolder): Pages {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = new Map(
    entries.map(({ parentPath, name }): [string, Page] => {
      const file = path.join(parentPath, name);
      return [path.relative(folder, file).split(path.sep).join('/'), fixed(readFileSync(file), contentTypeOf(name))];
    }),
  );
  const pages = [...files].flatMap(([file, page]) => {
    const twin = files.get(file.replace(/\.html$/, '.md'));
    const served = twin === undefined || twin === page ? page : inEitherForm(page, twin);
    return addressesOf(file).map((address): [string, Page] => [pageKey(address), served]);
  });
  return new Map([['/', redirectToDocs], ...pages]);
}

function addressesOf(file: string): string[] {
  const [, page] = /^(.*)\.html$/.exec(file) ?? [];
  return page === undefined ? [`/${file}`] : [`/${file}`, `/${page.replace(/(^|\/)index$/, '')}`];
}

/**
 * Creates a page whose content does not change while the process runs. Clients ask every five minutes whether it has
 * changed.
 */
function fixed(bytes: Buffer, contentType: string): Page {
  const body = fixedBody(bytes);
  return (request, response) => {
    setPageHeaders(request, response);
    response.setHeader('content-type', contentType);
    response.setHeader('content-security-policy', contentSecurityPolicy);
    response.setHeader('cache-control', 'public, max-age=300');
    // The promise rejects when the client leaves. No response is needed then.
    sendFixed(response, body, bytes.length).catch(() => response.destroy());
  };
}

function redirectToDocs(_request: unknown, response: Parameters<Page>[1]): void {
  response.statusCode = 302;
  response.setHeader('location', '/docs');
  endWith(response, '');
}
