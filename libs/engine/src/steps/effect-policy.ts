import { z } from 'zod';
import { config, number } from '../parameters.ts';
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

/** The policy in a config that has `effectShape`. */
export function policyOf(config: {
  on_error: string;
  retry: { max_attempts: number; backoff_seconds: number };
}): EffectPolicy {
  const { max_attempts, backoff_seconds } = config.retry;
  return { onError: config.on_error, maxAttempts: max_attempts, backoffSeconds: backoff_seconds };
}
