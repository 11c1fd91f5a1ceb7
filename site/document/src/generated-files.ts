import { readFileSync } from 'node:fs';
import type { Reason } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { readImage } from './api/public-api.ts';
import { contentFolder, pagesOf } from './content/pages.ts';
import { skillsPack } from './content/skills-pack.ts';
import { buildManifest } from './manifest.ts';
import { buildDocument } from './openapi/build-document.ts';
import { publicServicesModule } from './public-services.ts';

/** Version of the product. */
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

/**
 * Returns the files that are generated from an image of `buf build`, by path from the root of the repository: the list
 * of public services, the OpenAPI document, the skills pack and the regions of the hand-written pages.
 */
export function generatedFiles(image: Uint8Array, root: string): Map<string, string | Buffer> {
  const api = readImage(image);
  const pages = pagesOf(root, api.services);
  const document = buildDocument(api, version);
  const manifest = buildManifest(api, version);
  const served = Object.entries<string | Buffer>({
    'docs/skills/drippulse-openapi-v1.json': json(document),
    'docs/skills/manifest.json': json(manifest),
    'docs/skills/drippulse-agent-skills-v1.md': skillsPack(pages),
  });
  return new Map([
    ['proto/gen/public-services.ts', publicServicesModule(api.services)],
    ...[...pages].map(([file, page]): [string, string] => [`${contentFolder}/${file}`, page]),
    ...served.map(([path, content]): [string, string | Buffer] => [`site/static/${path}`, content]),
  ]);
}

/** Returns the error reasons that a page explains. */
export function publicReasons(image: Uint8Array): Reason[] {
  return readImage(image).reasons;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
