import type { Metrics } from '@drippulse/observability';
import { createLimiters } from '@drippulse/service';
import { createMailLimits } from '../src/identity/links/mail-limits.ts';
import { createIdentityMetrics } from '../src/identity/metrics.ts';

/** Returns the members of an identity context that sends no mails. */
export function mailless(base: Parameters<typeof createLimiters>[1] & { registry: Metrics }) {
  return {
    mailer: undefined,
    mailLimits: createMailLimits(createLimiters(undefined, base)),
    metrics: createIdentityMetrics(base.registry),
    wake: { mails: () => undefined, resets: () => undefined },
  };
}
