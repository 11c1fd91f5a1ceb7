import { hash } from 'node:crypto';
import type { JsonObject } from '@drippulse/json';
import { createMeter } from '../meter.ts';
import { StepFailure } from '../step-failure.ts';
import type { Template } from '../templates/template.ts';

/** Maximum number of units of work for one key. It is low because a call may have ten thousand keys. */
const keyUnits = 64 * 1024;

/**
 * Renders the key of an entry from a template. The result is undefined when the key is empty or cannot be rendered; the
 * contact's own key is then used. `work` is counted in units of `Meter`.
 */
export function renderEntryKey(
  key: () => Template,
  { data, now, timezone, contactKey }: { data: JsonObject; now: number; timezone: string; contactKey: string },
): { key: string | undefined; work: number } {
  const meter = createMeter(keyUnits);
  try {
    const text = key()({ data, now, timezone, contactKey, warnings: new Set(), meter });
    return { key: text.trim() || undefined, work: meter.spent };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { key: undefined, work: meter.spent };
  }
}

/** Returns the number by which a key is stored and found: the first 64 bits of its digest. */
export function keyHash(key: string): bigint {
  return hash('sha256', key, 'buffer').readBigInt64BE();
}
