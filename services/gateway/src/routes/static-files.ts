import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RequestHandler, Router } from 'express';
import { apiPage, apiPageScript, errorsPage, stylesheet } from './docs-pages.ts';
import { getOnly } from './get-only.ts';

/** What the pages may load: their own files, and the images that Swagger UI's stylesheet holds. */
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

const require = createRequire(import.meta.url);
const swaggerUi = dirname(require.resolve('swagger-ui-dist/package.json'));
const openApiDocument = new URL('../../../../docs/skills/drippulse-openapi-v1.json', import.meta.url);

/** The docs, where whoever opens the bare address lands too: the API reference, the OpenAPI document it is drawn from, and what the reasons of errors mean. */
export function docsRoutes(): Router {
  const vendored = (name: string, contentType: string) => fixed(readFileSync(join(swaggerUi, name)), contentType);
  return getOnly({
    '/': (_request, response) => response.redirect('/docs'),
    '/docs': fixed(apiPage, 'text/html; charset=utf-8'),
    '/docs/errors': fixed(errorsPage, 'text/html; charset=utf-8'),
    '/docs/skills/drippulse-openapi-v1.json': fixed(readFileSync(openApiDocument), 'application/json; charset=utf-8'),
    '/docs/assets/api-page.js': fixed(apiPageScript, 'text/javascript; charset=utf-8'),
    '/docs/assets/docs.css': fixed(stylesheet, 'text/css; charset=utf-8'),
    '/docs/assets/swagger-ui.css': vendored('swagger-ui.css', 'text/css; charset=utf-8'),
    '/docs/assets/swagger-ui-bundle.js': vendored('swagger-ui-bundle.js', 'text/javascript; charset=utf-8'),
    '/docs/assets/favicon-32x32.png': vendored('favicon-32x32.png', 'image/png'),
  });
}

/** Answers with a text that does not change while the process runs. */
function fixed(content: string | Buffer, contentType: string): RequestHandler {
  const body = Buffer.from(content);
  return (_request, response) => {
    response.set({
      'content-type': contentType,
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'public, max-age=300',
    });
    response.send(body);
  };
}
