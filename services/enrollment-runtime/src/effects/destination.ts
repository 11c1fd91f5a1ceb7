import type { EffectKind, JsonObject } from '@drippulse/engine';

/** Where an effect goes, for the limit of effects in flight to one place. */
export function effectDestination(kind: EffectKind, request: JsonObject): string {
  if (kind === 'email') return 'smtp';
  if (kind !== 'webhook_callback') return 'crm';
  return URL.parse(String(request['url']))?.host ?? 'nowhere';
}
