import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const own = path.resolve(import.meta.dirname, '../../assets');
const swaggerUi = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Files that the pages load, by path in the static folder: our own, and Swagger UI with its licences. */
export function assets(): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries({
      'api-page.js': path.join(own, 'api-page.js'),
      'docs.css': path.join(own, 'docs.css'),
      'swagger-ui.css': path.join(swaggerUi, 'swagger-ui.css'),
      'swagger-ui-bundle.js': path.join(swaggerUi, 'swagger-ui-bundle.js'),
      'swagger-ui-bundle.js.LICENSE.txt': path.join(swaggerUi, 'swagger-ui-bundle.js.LICENSE.txt'),
      'swagger-ui.LICENSE.txt': path.join(swaggerUi, 'LICENSE'),
      'swagger-ui.NOTICE.txt': path.join(swaggerUi, 'NOTICE'),
      'favicon-32x32.png': path.join(swaggerUi, 'favicon-32x32.png'),
    }).map(([name, source]) => [`docs/assets/${name}`, readFileSync(source)]),
  );
}
