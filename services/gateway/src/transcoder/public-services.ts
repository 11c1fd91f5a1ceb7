import type { DescService } from '@bufbuild/protobuf';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import {
  AccountService,
  ApiKeysService,
  ProjectsService,
  SessionsService,
  TeamMembersService,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { ServiceName } from '@drippulse/rpc';

/** Every service with public methods, and who serves it. A new one is a line here. */
export const publicServices: readonly { service: DescService; audience: ServiceName }[] = [
  { service: SessionsService, audience: 'gateway' },
  { service: ApiKeysService, audience: 'gateway' },
  { service: TeamMembersService, audience: 'gateway' },
  { service: ProjectsService, audience: 'gateway' },
  { service: AccountService, audience: 'gateway' },
  { service: WorkflowsService, audience: 'workflows' },
  { service: EnrollmentsService, audience: 'enrollment-runtime' },
  { service: WebhooksService, audience: 'webhook-delivery' },
];
