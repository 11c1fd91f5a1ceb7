import type { JsonObject, JsonValue } from '@drippulse/json';
import type { Action } from '@drippulse/providers';

/** Members of a composed mail, by their names in the actions that send mails. */
const parts = [
  ...['to', 'to_name', 'from', 'from_name', 'reply_to', 'subject'],
  ...['html', 'text', 'headers', 'message_id'],
] as const;

/**
 * Builds the input of an action `send_email` from a mail that the runtime has composed. Switches off the provider's
 * tracking of opens and clicks, because the platform counts them with its own pixel and links if the step requests
 * tracking.
 */
export function mailPayload({ input }: Action, request: JsonObject): JsonObject {
  const { category } = request;
  const ours = parts.flatMap((name) => {
    const value = request[name];
    return value === undefined || value === null || value === '' ? [] : [[name, value] as const];
  });
  const more: [string, JsonValue][] = [
    ['track_opens', false],
    ['track_clicks', false],
    ...(typeof category === 'string' ? [['categories', [category]] as [string, JsonValue]] : []),
  ];
  const taken = more.filter(([name]) => Object.hasOwn(input.shape, name));
  return Object.fromEntries([...ours, ...taken]);
}
