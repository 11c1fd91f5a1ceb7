import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import type { ActionPlace } from '../actions.ts';
import { given, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import { longText } from '../requests/fields.ts';

/** Builds a call to the Web API. */
export function call(method: string, body: JsonObject): ProviderRequest {
  return { host: 'api', method: 'POST', path: `/api/${method}`, body: { json: body } };
}

/** Escapes Slack's control characters, so that values of contacts do not become mentions or hidden links. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Returns metadata with the effect's key, by which a person finds the run that sent a message. */
export function keyOf({ key }: ActionPlace): JsonObject {
  return { metadata: { event_type: 'drippulse_effect', event_payload: { key } } };
}

export const messageText = longText(
  'The text. Slack shows *bold* and _italic_; & < and > are shown as they are.',
).optional();
export const blocks = z
  .array(z.record(z.string(), z.json()))
  .max(50)
  .optional()
  .describe('Blocks of Block Kit; `text` is then the notification.');

/** Returns the text and the blocks of a message. Members that are not given are absent. */
export function contentOf({
  text,
  blocks,
}: {
  text?: string | undefined;
  blocks?: JsonValue[] | undefined;
}): JsonObject {
  return given({ text: text === undefined ? undefined : escapeText(text), blocks });
}

/** Output that identifies the message: its channel and its timestamp. */
export const messageOutput = z.object({ channel: z.string(), ts: z.string() });

export function messageOf({ body }: ProviderAnswer): JsonObject {
  const { channel, ts } = objectOf(body);
  return given({ channel: textOf(channel), ts: textOf(ts) });
}

export const channelField = z
  .string()
  .regex(/^[#@]?[\p{L}\p{N}._-]{1,80}$/u, 'is not a channel')
  .describe('Id of the channel, or its name such as #sales.');
export const channelIdField = z
  .string()
  .regex(/^[CGD][A-Z0-9]{5,20}$/, 'is not an id of a channel')
  .describe('Id of the channel, such as C0123456789.');
export const tsField = z
  .string()
  .regex(/^\d{5,12}\.\d{1,8}$/, 'is not a timestamp of a message')
  .describe('The `ts` of the message, as the step that posted it answered.');
