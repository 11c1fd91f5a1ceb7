import type { JsonObject } from '@drippulse/json';
import { advanceInTurns } from './advance.ts';
import { contactKeyOf } from './contact-key.ts';
import { compileDefinition } from './definition.ts';
import type { InTurns } from './in-turns.ts';
import { startRun } from './start-run.ts';
import type { Step } from './step.ts';

/**
 * Returns the request of a step's effect with these data, or the reason why there is no request. The step is compiled
 * as the only step of a workflow.
 */
export function* renderEffectInTurns(
  step: Step,
  { data, timezone, now }: { data: JsonObject; timezone: string; now: Date },
): InTurns<{ request: JsonObject } | { problem: string }> {
  const alone = { ...step, position: 0, config: { ...step.config, on_error: 'fail' } };
  const definition = compileDefinition({ workflowId: 'alone', version: 1, steps: [alone] });
  const contactKey = contactKeyOf(data, 'alone');
  const run = { enrollmentKey: 'alone', contactKey, timezone, mode: 'live' as const, state: startRun(), data };
  const { effect, entries } = yield* advanceInTurns(definition, run, now, 1);
  return effect === undefined
    ? { problem: entries.at(-1)?.message ?? 'the step does nothing' }
    : { request: effect.request };
}
