import type { JsonObject, JsonValue } from '@drippulse/json';
import type { Action } from '@drippulse/providers';

/** Parts of a composed mail, as the actions that send one name them. */
const parts = [
  ...['to', 'to_name', 'from', 'from_name', 'reply_to', 'subject'],
  ...['html', 'text', 'headers', 'message_id'],
] as const;

/**
 * The input of an action `send_email` for a mail that the runtime has composed. Opens and clicks are counted by our own
 * pixel and links, where the step asks for it, so a provider that would count them too is asked not to.
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
