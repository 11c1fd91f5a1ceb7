import { readFileSync } from 'node:fs';

/** Version of the product, as in the `DripPulse-Version` header of every answer. */
export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
