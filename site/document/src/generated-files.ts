import { readImage } from './api/public-api.ts';
import { buildDocument } from './openapi/build-document.ts';
import { apiPage } from './pages/api-page.ts';
import { assets } from './pages/assets.ts';
import { errorsPage } from './pages/errors-page.ts';
import { publicServicesModule } from './public-services.ts';

/**
 * Files that are generated from an image of `buf build`, by path from the root of the repository: the list of public
 * services, and the static folder.
 */
export function generatedFiles(image: Uint8Array): Map<string, string | Buffer> {
  const { services, schemas, reasons } = readImage(image);
  const document = `${JSON.stringify(buildDocument(services, schemas), null, 2)}\n`;
  const served = Object.entries<string | Buffer>({
    'docs/index.html': apiPage,
    'docs/errors/index.html': errorsPage(reasons),
    'docs/skills/drippulse-openapi-v1.json': document,
    ...assets(),
  });
  return new Map([
    ['proto/gen/public-services.ts', publicServicesModule(services)],
    ...served.map(([path, content]): [string, string | Buffer] => [`site/static/${path}`, content]),
  ]);
}
