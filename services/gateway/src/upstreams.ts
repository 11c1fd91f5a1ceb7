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
import type { Peers } from '@drippulse/rpc';
import type { Upstream } from './transcoder/ports.ts';

/** Every service with public methods, by who serves it. A new one is a line here and nothing else in the gateway. */
export const servicesByOwner = {
  gateway: [SessionsService, ApiKeysService, TeamMembersService, ProjectsService, AccountService],
  workflows: [WorkflowsService],
  'enrollment-runtime': [EnrollmentsService],
  'webhook-delivery': [WebhooksService],
} as const;

/** How the transcoder reaches each public service: identity in this process, the others by their peers. */
export function publicServices(reach: { own: Peers; peers: Peers }): Upstream[] {
  const owners = Object.keys(servicesByOwner) as (keyof typeof servicesByOwner)[]; // keys() forgets which keys there are
  return owners.flatMap((audience) => {
    const transport = (audience === 'gateway' ? reach.own : reach.peers).transport(audience);
    return servicesByOwner[audience].map((service) => ({ service, audience, transport }));
  });
}
