import { getOption, hasOption } from '@bufbuild/protobuf';
import { webhook } from '@drippulse/proto/drippulse/events/v1/options_pb';
import { publishers } from '@drippulse/topology';

/** The names of the events that the platform itself publishes: the types of the webhook catalog. */
const reserved: ReadonlySet<string> = new Set(
  publishers.flatMap(({ events }) =>
    events.fields.flatMap((field) => (hasOption(field, webhook) ? [getOption(field, webhook).type] : [])),
  ),
);

export function isReserved(name: string): boolean {
  return reserved.has(name);
}
