import { type DescMessage, getOption, hasOption, type Message } from '@bufbuild/protobuf';
import { webhook } from '@drippulse/proto/drippulse/events/v1/options_pb';
import type { Mode } from '@drippulse/rpc';
import { eventMessages } from './event-messages.ts';
import { modeReader } from './mode-of-event.ts';

/**
 * An event type that webhooks can subscribe to. `payload` describes its `data`, and `case` is its member of the event's
 * oneof.
 */
export type EventType = {
  type: string;
  description: string;
  event: DescMessage;
  case: string;
  payload: DescMessage;
  /** Returns the mode of the row that an event of this type is about. */
  modeOf(payload: Message): Mode;
};

/** All event types, in the order of the topics and their payloads. */
export const eventTypes: readonly EventType[] = eventMessages.flatMap((event) =>
  event.fields.flatMap((field) => {
    if (field.fieldKind !== 'message' || !hasOption(field, webhook)) return [];
    const { type, description, mode } = getOption(field, webhook);
    const modeOf = modeReader(type, field.message, mode);
    return [{ type, description, event, case: field.localName, payload: field.message, modeOf }];
  }),
);

/** Returns the type of an event's payload; undefined when customers cannot subscribe to it. */
export function eventTypeOf(event: DescMessage, payloadCase: string | undefined): EventType | undefined {
  return eventTypes.find((known) => known.event === event && known.case === payloadCase);
}

/** Returns the first type that `pattern` (a type, `<noun>.*` or `*`) matches; undefined when it matches no type. */
export function firstMatch(pattern: string): EventType | undefined {
  return eventTypes.find(({ type }) => isMatch(pattern, type));
}

/** Whether `pattern` matches this type. */
export function isMatch(pattern: string, type: string): boolean {
  return pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));
}
