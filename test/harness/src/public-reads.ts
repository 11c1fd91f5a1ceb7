import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { Auth, field as fieldOption, rest as restOption } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { http } from '@drippulse/proto/google/api/annotations_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { owners, type ServiceName, servedBy } from '@drippulse/topology';

/** A public route that can be read without parameters, and the service that serves it. */
export type PublicRead = { service: ServiceName; path: string };

/**
 * The reads of every service that need neither an id nor a parameter. Streams are left out, because they do not end.
 * New RPCs are included automatically, because the list is made from the protos.
 */
export const publicReads: readonly PublicRead[] = publicServices.flatMap((service) =>
  service.methods.flatMap((method) => {
    const path = readOf(method);
    return path === undefined ? [] : [{ service: servedBy(service), path }];
  }),
);

/**
 * Returns the paths of the reads that succeed, for a load that must not fail. Throws when a service of the table has no
 * read that succeeds.
 */
export async function readsThatSucceed(isSuccess: (path: string) => Promise<boolean>): Promise<string[]> {
  const found: PublicRead[] = [];
  for (const read of publicReads) if (await isSuccess(read.path)) found.push(read);
  const missing = owners.filter(({ name }) => found.every(({ service }) => service !== name));
  if (missing.length > 0) throw new Error(`no read succeeds of ${missing.map(({ name }) => name).join(', ')}`);
  return found.map(({ path }) => path);
}

function readOf(method: DescMethod): string | undefined {
  if (method.methodKind !== 'unary' || !hasOption(method, http)) return undefined;
  const { pattern } = getOption(method, http);
  const { auth } = getOption(method, restOption);
  const needsBearer = auth === Auth.UNSPECIFIED || auth === Auth.BEARER;
  const needsParameter = method.input.fields.some((field) => getOption(field, fieldOption).required);
  if (pattern.case !== 'get' || pattern.value.includes('{') || !needsBearer || needsParameter) return undefined;
  return pattern.value;
}
