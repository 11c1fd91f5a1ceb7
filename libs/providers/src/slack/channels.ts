import type { JsonObject } from '@drippulse/json';
import { given, listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';

/** Maximum number of pages to read. Slack cannot search channels by name, so they are read page by page. */
const mostPages = 20;

/** Lists channels that are not archived, page by page, until `isEnough` returns true for the channels found so far. */
export function* listChannels(
  types: string,
  isEnough: (channels: readonly JsonObject[]) => boolean,
): Generator<ProviderRequest, JsonObject[], ProviderAnswer> {
  const channels: JsonObject[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = { types, limit: 200, exclude_archived: true, cursor };
    const answer: ProviderAnswer = yield { host: 'api', method: 'GET', path: '/api/conversations.list', query };
    const body = objectOf(answer.body);
    channels.push(...listOf(body['channels']).map(objectOf));
    cursor = textOf(objectOf(body['response_metadata'])['next_cursor']);
    if (cursor === undefined || isEnough(channels)) break;
  }
  return channels;
}

export function channelOf(channel: JsonObject): JsonObject {
  const { id, name, is_private } = channel;
  return given({ channel_id: textOf(id), name: textOf(name), is_private: is_private === true });
}
