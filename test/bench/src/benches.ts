import type { Bench } from './bench.ts';
import { engine } from './engine/engine.ts';
import { webhooks } from './webhooks.ts';

/** What `npm run bench -- <name>` knows. */
export const benches: ReadonlyMap<string, Bench> = new Map([
  ['engine', engine],
  ['webhooks', webhooks],
]);
