import type { EffectOutcome } from '../effect-call.ts';

/** Whether the platform's own mailer sends for this integration. Other integrations need a connection. */
export function isOwnMailer(integration: string): boolean {
  return integration === 'internal' || integration === 'nurture';
}

export function noConnection(integration: string): EffectOutcome {
  return { outcome: 'skipped', reason: `no usable connection for ${integration}` };
}
