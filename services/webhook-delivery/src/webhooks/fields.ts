import { checkUrl } from '@drippulse/http';
import { DomainError } from '@drippulse/runtime';
import { firstMatch } from '../catalog/event-types.ts';
import type { Context } from '../context.ts';

const maxDescriptionLength = 1000;

/** Members of a request; absent ones are not looked at. */
export type Fields = { url?: string; event_type?: string; description?: string | null };

/** Refuses a URL that must not be called, a type that can't fire, a description that is too long. */
export async function checkFields({ config, resolve }: Context, fields: Fields): Promise<void> {
  const { url, event_type: eventType, description } = fields;
  if (eventType !== undefined && firstMatch(eventType) === undefined) throw unknownEventType();
  if (description && description.length > maxDescriptionLength) {
    throw refusal('validation_failed', 'description', `must be at most ${maxDescriptionLength} characters long`);
  }
  const problem =
    url === undefined ? undefined : await checkUrl(url, { allowPrivate: config.allowPrivate, resolver: resolve });
  if (problem !== undefined) throw refusal('url_not_allowed', 'url', `is refused: ${problem}`);
}

/** For what is neither a type of the catalog nor a pattern that one of them matches. */
export function unknownEventType(): DomainError {
  const problem = 'is not in the catalog (GET /api/v1/webhooks/catalog)';
  return refusal('unknown_event_type', 'event_type', problem);
}

function refusal(reason: string, field: string, problem: string): DomainError {
  const message = `${field} ${problem}`;
  return new DomainError('invalid', reason, message, { violations: [{ field, message: problem }] });
}
