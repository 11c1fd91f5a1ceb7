import { DomainError, type Violation, type ViolationCode } from '@drippulse/errors';
import { checkUrl, type LookUp } from '@drippulse/http';
import { nearest } from '@drippulse/json';
import { eventTypes as catalog, firstMatch } from '../catalog/event-types.ts';

const maxDescriptionLength = 1000;
const maxEventTypes = 50;
const largestRate = 1000;

/** Members of a request; absent members are not checked. */
export type Fields = {
  url?: string;
  event_types?: string[];
  description?: string | null;
  rate_limit_per_second?: number | null;
};

/** Refuses a forbidden URL, an unknown event type, a description that is too long, and a rate that is out of range. */
export async function checkFields(
  { config, lookUp }: { config: { allowPrivate: boolean }; lookUp: LookUp },
  organizationId: bigint,
  fields: Fields,
): Promise<void> {
  const { url, event_types: eventTypes = [], description, rate_limit_per_second: rate } = fields;
  const unknown = eventTypes.find((type) => firstMatch(type) === undefined);
  if (unknown !== undefined) throw unknownEventType(unknown);
  if (eventTypes.length > maxEventTypes) {
    throw refusal('validation_failed', 'event_types', `must name at most ${maxEventTypes} types`, 'length');
  }
  if (description && description.length > maxDescriptionLength) {
    throw refusal(
      'validation_failed',
      'description',
      `must be at most ${maxDescriptionLength} characters long`,
      'length',
    );
  }
  if (typeof rate === 'number' && (rate < 1 || rate > largestRate)) {
    throw refusal('validation_failed', 'rate_limit_per_second', `must be from 1 to ${largestRate}`, 'range');
  }
  if (url === undefined) return;
  const look = (hostname: string) => lookUp(organizationId, hostname);
  const problem = await checkUrl(url, { allowPrivate: config.allowPrivate, lookUp: look });
  if (problem !== undefined) throw refusal('url_not_allowed', 'url', `is refused: ${problem}`, 'not_allowed');
}

/** Returns the event types of a webhook from the two members that may name them; undefined when neither was given. */
export function chooseEventTypes(eventType: string | undefined, eventTypes: readonly string[]): string[] | undefined {
  if (eventTypes.length === 0) return eventType === undefined ? undefined : [eventType];
  const types = [...new Set(eventTypes)];
  if (eventType === undefined || types.includes(eventType)) return types;
  throw refusal('validation_failed', 'event_type', 'must be one of event_types when both are given', 'not_allowed');
}

/** Builds the refusal of a string that is neither a type of the catalog nor a pattern that matches one. */
export function unknownEventType(given: string): DomainError {
  const problem = 'is not in the catalog (GET /api/v1/webhooks/catalog)';
  const known = catalog.map(({ type }) => type);
  const suggestion = nearest(given, known);
  return refusal('unknown_event_type', 'event_type', problem, 'enum', suggestion === undefined ? {} : { suggestion });
}

export function refusal(
  reason: string,
  field: string,
  problem: string,
  code: ViolationCode,
  hints: Pick<Violation, 'allowed' | 'suggestion'> = {},
): DomainError {
  const message = `${field} ${problem}`;
  return new DomainError('invalid', reason, message, { violations: [{ field, message: problem, code, ...hints }] });
}
