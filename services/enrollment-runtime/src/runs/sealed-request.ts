import type { Sealer } from '@drippulse/db';
import type { JsonObject } from '@drippulse/json';
import { hide, openHidden, sealHidden, withRequest } from '@drippulse/secrets';
import { parseObject } from '../enrollments/contact.ts';
import { storedJson } from './stored-json.ts';

/** The member of a stored request that contains its masked texts. No unsealed request has a member of this name. */
const boxMember = 'sealed';

/**
 * Seals the request of an effect for storage. Secrets in its URL and headers are sealed, and the seal is bound to the
 * effect's key.
 */
export function sealRequest(sealer: Sealer, key: string, request: JsonObject): JsonObject {
  const { shown, hidden } = hide(request);
  const box = hidden && sealHidden(sealer, contextOf(key), new Map([[key, hidden]]));
  return box ? { ...shown, [boxMember]: box.toString('base64') } : request;
}

/** Opens a stored request, and returns its JSON text as rendered, so that a retry sends the same bytes. */
export function openRequest(sealer: Sealer, key: string, stored: string): string {
  // Most requests have no secret and are not parsed here.
  if (!stored.includes(`"${boxMember}"`)) return stored;
  const { [boxMember]: box, ...shown } = parseObject(stored);
  if (typeof box !== 'string') return stored;
  const hidden = openHidden(sealer, contextOf(key), Buffer.from(box, 'base64')).get(key);
  return hidden === undefined ? stored : storedJson(withRequest(shown, hidden));
}

function contextOf(key: string): string {
  return `effect:${key}`;
}
