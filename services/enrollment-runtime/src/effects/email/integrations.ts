import type { EffectOutcome } from '../effect-call.ts';

/** Whether the platform sends by itself what names this integration; the others need a connection. */
export function isOwnMailer(integration: string): boolean {
  return integration === 'internal' || integration === 'nurture';
}

export function noConnection(integration: string): EffectOutcome {
  return { outcome: 'skipped', reason: `no usable connection for ${integration}` };
}
