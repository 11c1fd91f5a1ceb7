import { type DescService, hasOption } from '@bufbuild/protobuf';
import { http } from '@drippulse/proto/google/api/annotations_pb';

/**
 * Whether the gateway serves the methods of a service. The services of `drippulse.testing.v1` are served only by tests.
 */
export function isPublic(service: DescService): boolean {
  const hasRoutes = service.methods.some((method) => hasOption(method, http));
  return hasRoutes && service.file.proto.package !== 'drippulse.testing.v1';
}
