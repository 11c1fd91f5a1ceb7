import type { Bench } from './bench.ts';
import { effects } from './effects/effects.ts';
import { engine } from './engine/engine.ts';
import { engineMillion } from './engine/engine-million.ts';
import { timers } from './timers/timers.ts';
import { webhooks } from './webhooks.ts';

/** What `npm run bench -- <name>` knows. */
export const benches: ReadonlyMap<string, Bench> = new Map([
  ['engine', engine],
  ['engine-million', engineMillion],
  ['effects', effects],
  ['timers', timers],
  ['webhooks', webhooks],
]);
