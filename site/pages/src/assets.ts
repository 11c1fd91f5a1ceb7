import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const own = path.resolve(import.meta.dirname, '../assets');
const require = createRequire(import.meta.url);
const swaggerUi = path.dirname(require.resolve('swagger-ui-dist/package.json'));
const miniSearch = path.resolve(path.dirname(require.resolve('minisearch')), '../..');

/**
 * Returns the files that the pages load, by path in the static folder: the site's own files, and files of packages with
 * their licences.
 */
export function assets(): [string, string | Buffer][] {
  const ofPackages = Object.entries({
    'swagger-ui.css': path.join(swaggerUi, 'swagger-ui.css'),
    'swagger-ui-bundle.js': path.join(swaggerUi, 'swagger-ui-bundle.js'),
    'swagger-ui-bundle.js.LICENSE.txt': path.join(swaggerUi, 'swagger-ui-bundle.js.LICENSE.txt'),
    'swagger-ui.LICENSE.txt': path.join(swaggerUi, 'LICENSE'),
    'swagger-ui.NOTICE.txt': path.join(swaggerUi, 'NOTICE'),
    'minisearch.LICENSE.txt': path.join(miniSearch, 'LICENSE.txt'),
  });
  const ofOurs = readdirSync(own).map((name): [string, string] => [name, path.join(own, name)]);
  return [
    ...[...ofPackages, ...ofOurs].map(([name, file]): [string, Buffer] => [`docs/assets/${name}`, readFileSync(file)]),
    // The address of the source map is removed, because the map is not served.
    [
      'docs/assets/minisearch.js',
      readFileSync(path.join(miniSearch, 'dist/es/index.js'), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'),
    ],
  ];
}
