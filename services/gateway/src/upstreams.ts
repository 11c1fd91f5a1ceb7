import type { Transport } from '@connectrpc/connect';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmBundlesService } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { CrmChangeEventsService } from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmCustomFieldsService } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { CrmImportsService } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { LeadFormsService, PublicLeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmMergesService } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
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
import type { Upstream } from './transcoder/ports.ts';

/** Every service with public methods, by who serves it. A new one is a line here and nothing else in the gateway. */
export const servicesByOwner = {
  identity: [SessionsService, ApiKeysService, TeamMembersService, ProjectsService, AccountService],
  workflows: [WorkflowsService],
  'enrollment-runtime': [EnrollmentsService],
  'webhook-delivery': [WebhooksService],
  crm: [
    CrmAccountsService,
    CrmContactsService,
    CrmLeadsService,
    CrmOpportunitiesService,
    CrmActivitiesService,
    CrmOpportunityPipelinesService,
    CrmCustomFieldsService,
    CrmBundlesService,
    CrmImportsService,
    CrmMergesService,
    CrmChangeEventsService,
    LeadFormsService,
    PublicLeadFormsService,
  ],
} as const;

export type Owner = keyof typeof servicesByOwner;

export const owners = Object.keys(servicesByOwner) as Owner[]; // keys() forgets which keys there are

/** Every public service with the transport that the transcoder calls it by. */
export function publicServices(transportOf: (owner: Owner) => Transport): Upstream[] {
  return owners.flatMap((audience) => {
    const transport = transportOf(audience);
    return servicesByOwner[audience].map((service) => ({ service, audience, transport }));
  });
}
