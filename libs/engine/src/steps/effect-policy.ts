import { z } from 'zod';
import { choice, config, number } from '../parameters.ts';
import type { EffectPolicy } from './step-type.ts';

/** Parameters of every step with an effect. */
export const effectShape = {
  on_error: z
    .string()
    .min(1)
    .default('fail')
    .describe('What happens when it fails for good: fail, continue, or the id of a step to go to.'),
  retry: config({
    max_attempts: number(z.int().min(1).max(20)).default(5).describe('How often it is tried in all.'),
    backoff_seconds: number(z.number().min(1).max(3_600))
      .default(10)
      .describe('Pause after the first failure; doubled after each further one.'),
  })
    .prefault({})
    .describe('How it is repeated after a failure.'),
};

/** Parameter of a step whose effect a provider performs. */
export const unknownShape = {
  on_unknown: choice(['fail', 'repeat'])
    .default('fail')
    .describe(
      'What happens when nobody knows whether it was done, and a second time could do it twice: fail, or repeat it.',
    ),
};

/** Returns the member of a request for this parameter. The default value is left out. */
export function unknownOf({ on_unknown }: { on_unknown: 'fail' | 'repeat' }): { on_unknown?: 'repeat' } {
  return on_unknown === 'repeat' ? { on_unknown } : {};
}

/** Returns the policy in a config that has `effectShape`. */
export function policyOf(config: {
  on_error: string;
  retry: { max_attempts: number; backoff_seconds: number };
}): EffectPolicy {
  const { max_attempts, backoff_seconds } = config.retry;
  return { onError: config.on_error, maxAttempts: max_attempts, backoffSeconds: backoff_seconds };
}
