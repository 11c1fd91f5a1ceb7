import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import { ModeSchema } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { type Mode, modeFromProto } from '@drippulse/rpc';

/**
 * Compiles the option `mode` of an event type: a path to a member of type `Mode` in its payload, or `live`. Throws when
 * the option is missing or invalid. Otherwise a forgotten option could deliver test events to live webhooks.
 */
export function modeReader(type: string, payload: DescMessage, mode: string): (payload: Message) => Mode {
  if (mode === 'live') return () => 'live';
  const names: string[] = [];
  let desc: DescMessage | undefined = payload;
  let isMode = false;
  for (const part of mode.split('.')) {
    const field: DescField | undefined = desc?.fields.find((candidate) => candidate.name === part);
    if (field === undefined)
      throw new Error(`${type}: its option mode "${mode}" is not a member of ${payload.typeName}`);
    names.push(field.localName);
    desc = field.message;
    isMode = field.enum?.typeName === ModeSchema.typeName;
  }
  if (!isMode) throw new Error(`${type}: its option mode "${mode}" is no Mode`);
  return (message) => modeFromProto(read(message, names));
}

/** Reads a member. Messages have their fields as own members; a message that an older process wrote may lack some. */
function read(message: Message, names: readonly string[]) {
  // biome-ignore lint/suspicious/noExplicitAny: the path was checked against the descriptor
  return names.reduce<any>((value, name) => value?.[name], message);
}
