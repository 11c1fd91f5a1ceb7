import { checkAccepted } from './accepted.ts';
import { checkDeliveries } from './deliveries.ts';
import { checkDrained } from './drained.ts';
import { checkEffects } from './effects.ts';
import { checkEnded } from './ended.ts';
import type { Evidence } from './evidence.ts';
import { checkFunnel } from './funnel.ts';
import { checkPublished } from './published.ts';
import { checkRepeats } from './repeats.ts';
import { checkTimelines } from './timelines.ts';

/** A promise and its violations, one sentence each; none when it is kept. */
export type Check = { promise: string; violations(evidence: Evidence): string[] };

export const checks: readonly Check[] = [
  { promise: 'each accepted enrollment exists once, and no other', violations: checkAccepted },
  { promise: 'steps in graph order, none skipped, no wait early, states explained', violations: checkTimelines },
  { promise: 'each effect arrived as it was recorded, and in its own organization', violations: checkEffects },
  { promise: 'an effect is repeated byte for byte, and only where it had to be', violations: checkRepeats },
  { promise: 'each committed event is published, and nothing else', violations: checkPublished },
  { promise: 'webhooks get all that is theirs, signed, repeated with the same id only', violations: checkDeliveries },
  { promise: 'the totals of the funnel are the rows', violations: checkFunnel },
  { promise: 'nothing is left over', violations: checkDrained },
  { promise: 'a process that is asked to end ends', violations: checkEnded },
];
