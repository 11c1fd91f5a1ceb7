import { readFileSync } from 'node:fs';

/** Version of the product, which every answer names in `DripPulse-Version`. */
export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
