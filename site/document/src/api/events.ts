import { type DescField, type DescMessage, type FileRegistry, getOption, hasOption } from '@bufbuild/protobuf';
import { topic, webhook } from '@drippulse/proto/drippulse/events/v1/options_pb';

/** An event to which webhooks can subscribe. The JSON of `payload` is the member `data` of the delivery. */
export type PublicEvent = { type: string; description: string; field: DescField; payload: DescMessage };

/** Returns the events of all areas, ordered by area, then by declaration. */
export function eventsOf(registry: FileRegistry): PublicEvent[] {
  return [...registry]
    .filter((desc) => desc.kind === 'message')
    .filter((message) => hasOption(message, topic) && message.file.proto.package !== 'drippulse.testing.v1')
    .sort((a, b) => (a.typeName < b.typeName ? -1 : 1))
    .flatMap(({ fields }) => fields)
    .flatMap((field) => {
      if (field.fieldKind !== 'message' || !hasOption(field, webhook)) return [];
      const { type, description } = getOption(field, webhook);
      return [{ type, description, field, payload: field.message }];
    });
}
