// Generated from the services with `google.api.http` rules by `npm run generate`.
import { AccountService } from './drippulse/identity/v1/identity_pb.ts';
import { ApiKeysService } from './drippulse/identity/v1/identity_pb.ts';
import { CrmAccountsService } from './drippulse/crm/v1/accounts_pb.ts';
import { CrmActivitiesService } from './drippulse/crm/v1/activities_pb.ts';
import { CrmBundlesService } from './drippulse/crm/v1/bundles_pb.ts';
import { CrmChangeEventsService } from './drippulse/crm/v1/change_events_pb.ts';
import { CrmContactsService } from './drippulse/crm/v1/contacts_pb.ts';
import { CrmCustomFieldsService } from './drippulse/crm/v1/custom_fields_pb.ts';
import { CrmImportsService } from './drippulse/crm/v1/imports_pb.ts';
import { CrmLeadsService } from './drippulse/crm/v1/leads_pb.ts';
import { CrmMergesService } from './drippulse/crm/v1/merges_pb.ts';
import { CrmOpportunitiesService } from './drippulse/crm/v1/opportunities_pb.ts';
import { CrmOpportunityPipelinesService } from './drippulse/crm/v1/opportunity_pipelines_pb.ts';
import { EnrollmentsService } from './drippulse/enrollments/v1/enrollments_pb.ts';
import { LeadFormsService } from './drippulse/crm/v1/lead_forms_pb.ts';
import { ProjectsService } from './drippulse/identity/v1/identity_pb.ts';
import { PublicLeadFormsService } from './drippulse/crm/v1/lead_forms_pb.ts';
import { SessionsService } from './drippulse/identity/v1/identity_pb.ts';
import { TeamMembersService } from './drippulse/identity/v1/identity_pb.ts';
import { WebhooksService } from './drippulse/webhooks/v1/webhooks_pb.ts';
import { WorkflowsService } from './drippulse/workflows/v1/workflows_pb.ts';

/** Every service with public methods, in the order of the documentation. */
export const publicServices = [
  SessionsService,
  ApiKeysService,
  TeamMembersService,
  ProjectsService,
  AccountService,
  WorkflowsService,
  EnrollmentsService,
  WebhooksService,
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
] as const;
