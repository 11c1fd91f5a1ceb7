import type { Definition, JsonObject, SendClass } from '@drippulse/engine';
import type { SendRequest } from './send-request.ts';

/**
 * The facts about a send that do not depend on its step's request. If the step leaves out a member, the value of its
 * workflow is used.
 */
type Placed = Omit<SendRequest, 'channel' | 'to' | 'class' | 'category' | 'priority' | 'onCapped' | 'expiresAt'>;

const spanMs: Readonly<Record<string, number>> = {
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** Returns the send of a mail that a step has rendered. */
export function mailOf(request: JsonObject, definition: Definition, place: Placed): SendRequest {
  const workflow = settingsOf(definition);
  const { to, category, priority, class: own, on_capped: onCapped, expires_after: expires } = request;
  return {
    ...place,
    channel: 'email',
    to: String(to),
    category: typeof category === 'string' && category !== '' ? category : null,
    class: classOf(own) ?? classOf(workflow['class']) ?? 'marketing',
    priority: numberOf(priority) ?? numberOf(workflow['priority']) ?? 50,
    onCapped: onCapped === 'skip' ? 'skip' : 'hold',
    expiresAt: expiryOf(expires, place.plannedAt),
  };
}

/** Returns the settings of the workflow's version, empty if it has none. */
function settingsOf(definition: Definition & { settings?: object }): Readonly<Record<string, unknown>> {
  return { ...definition.settings };
}

function classOf(value: unknown): SendClass | undefined {
  return value === 'marketing' || value === 'transactional' ? value : undefined;
}

/** Returns the value as a number. Numbers of stored JSON may be raw, with all their digits. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'object' && value !== null && 'rawJSON' in value ? Number(value.rawJSON) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function expiryOf(span: unknown, plannedAt: Date): Date | null {
  if (typeof span !== 'object' || span === null || !('duration' in span) || !('unit' in span)) return null;
  const [duration, unit] = [numberOf(span.duration), spanMs[String(span.unit)]];
  return duration === undefined || unit === undefined ? null : new Date(plannedAt.getTime() + duration * unit);
}
