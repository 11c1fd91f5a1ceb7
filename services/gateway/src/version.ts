import { readFileSync } from 'node:fs';

/** Version of the product, as in the `DripPulse-Version` header of every response. */
export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
