import { createHash } from 'node:crypto';
import { isRawNumber, type JsonObject, type JsonValue, numberOf } from '@drippulse/json';
import { mapTexts, showInvisible } from '../guards/invisible.ts';
import { canonicalJson } from '../json-objects.ts';
import type { CheckedCall } from '../tools/check-call.ts';

/** Identifies a call. An approval is valid only for this call. */
export type CallSite = { executionKey: string; executionId: bigint; agentId: bigint; seq: number };

/**
 * Builds the preview of a call, which shows the deciding person exactly what the call will do. Invisible characters are
 * shown as escapes, but `arguments_sha256` is the hash of the arguments as they will be sent. The approval is bound to
 * the whole preview.
 */
export function previewOf(
  { action, arguments: given, performance }: Pick<CheckedCall, 'action' | 'arguments' | 'performance'>,
  { executionKey, executionId, agentId, seq }: CallSite,
): JsonObject {
  return {
    action: action.name,
    arguments: mapTexts(given, showInvisible),
    arguments_sha256: hashOf(given),
    connection: connectionOf(performance.by === 'runtime' ? performance.request : {}),
    agent_id: Number(agentId),
    execution_id: Number(executionId),
    key: `${executionKey}:${seq}`,
  };
}

/**
 * Whether two previews have the same content. Compares numbers as strings, because the runtime stores numbers of more
 * than 15 digits as strings.
 */
export function isSamePreview(one: JsonObject, other: JsonObject): boolean {
  return canonicalJson(withTexts(one)) === canonicalJson(withTexts(other));
}

function hashOf(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function connectionOf({ integration_id: integration, connection_key: key }: JsonObject): string | null {
  return typeof integration === 'string' && integration !== 'internal' ? `${integration}/${String(key)}` : null;
}

function withTexts(value: JsonValue): JsonValue {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== 'object' || value === null) return value;
  if (isRawNumber(value)) return String(numberOf(value));
  return Object.fromEntries(
    // members of a JSON object are JSON
    Object.entries(value).map(([name, member]) => [name, withTexts(member as JsonValue)]),
  );
}
