import { createFileRegistry, type DescService, fromBinary, getOption } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { type NamedSchema, position, type Reason } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { eventsOf, type PublicEvent } from './events.ts';
import { isPublic } from './is-public.ts';
import { reasonsOf, schemasOf } from './read-options.ts';
import { restProblems } from './rest-problems.ts';

/** The public API as described by the protos. */
export type PublicApi = {
  /** The services in the order of the documentation. */
  services: DescService[];
  reasons: Reason[];
  schemas: NamedSchema[];
  events: PublicEvent[];
};

/**
 * Reads an image of `buf build`, which has the comments that generated code lacks. Throws when an option is missing.
 */
export function readImage(image: Uint8Array): PublicApi {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  const problems = restProblems(registry);
  if (problems.length > 0) throw new Error(`The options of the public API have faults:\n  ${problems.join('\n  ')}`);
  const services = [...registry].filter((type) => type.kind === 'service').filter(isPublic);
  services.sort((a, b) => getOption(a, position) - getOption(b, position));
  return { services, reasons: reasonsOf(registry), schemas: schemasOf(registry), events: eventsOf(registry) };
}
