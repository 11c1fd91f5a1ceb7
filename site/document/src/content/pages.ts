import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import { changelogLines, configurationLines, guideLines } from './document-lines.ts';
import { providerRegions } from './provider-lines.ts';
import { fillRegions, type Regions } from './regions.ts';
import { idempotencyLines, limitLines } from './route-lines.ts';
import { stepLines } from './step-lines.ts';

/** Folder of the hand-written pages, from the root of the repository. */
export const contentFolder = 'site/pages/content';

/** Returns the pages by their path below the folder, with the generated regions filled in. */
export function pagesOf(root: string, services: readonly DescService[]): Map<string, string> {
  const folder = path.join(root, contentFolder);
  const regions: Regions = {
    steps: stepLines(),
    'idempotency-stored': idempotencyLines(services, true),
    'idempotency-ignored': idempotencyLines(services, false),
    limits: limitLines(services),
    changelog: changelogLines(root),
    configuration: configurationLines(root),
    journeys: guideLines(root, 'journeys.md'),
    mail: guideLines(root, 'mail.md'),
    ...providerRegions(),
  };
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
  return new Map(
    files.sort().map((file) => [file, fillRegions(readFileSync(path.join(folder, file), 'utf8'), regions)]),
  );
}
