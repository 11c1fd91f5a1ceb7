import type { EffectOutcome } from '../effects/effect-call.ts';
import { parseObject } from '../enrollments/contact.ts';

/** Reads the result of an effect, which this service stored as an outcome. Numbers of its output keep every digit. */
export function storedOutcome(text: string): EffectOutcome {
  return parseObject(text) as EffectOutcome;
}
