import { type DescService, hasOption } from '@bufbuild/protobuf';
import { http } from '@drippulse/proto/google/api/annotations_pb';

/** Whether the gateway serves methods of a service. Those of `drippulse.testing.v1` are served by tests alone. */
export function isPublic(service: DescService): boolean {
  const hasRoutes = service.methods.some((method) => hasOption(method, http));
  return hasRoutes && service.file.proto.package !== 'drippulse.testing.v1';
}
