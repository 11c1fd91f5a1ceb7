// Generated from the services with `google.api.http` rules by `npm run generate`.
import { AccountBillingService } from './drippulse/billing/v1/account_pb.ts';
import { AccountService } from './drippulse/identity/v1/identity_pb.ts';
import { AccountSignInService } from './drippulse/identity/v1/sign_in_pb.ts';
import { AgentBudgetsService } from './drippulse/agents/v1/budgets_pb.ts';
import { AgentEvalSetsService } from './drippulse/agents/v1/evals_pb.ts';
import { AgentExecutionsService } from './drippulse/agents/v1/executions_pb.ts';
import { AgentInsightsService } from './drippulse/agents/v1/insights_pb.ts';
import { AgentModelConnectionService } from './drippulse/agents/v1/model_connection_pb.ts';
import { AgentReplaysService } from './drippulse/agents/v1/replays_pb.ts';
import { AgentTemplateVersionsService } from './drippulse/agents/v1/template_versions_pb.ts';
import { AgentTemplatesService } from './drippulse/agents/v1/templates_pb.ts';
import { AgentTrainingsService } from './drippulse/agents/v1/trainings_pb.ts';
import { AgentsService } from './drippulse/agents/v1/agents_pb.ts';
import { AnalyticsService } from './drippulse/analytics/v1/analytics_pb.ts';
import { ApiKeysService } from './drippulse/identity/v1/identity_pb.ts';
import { ApprovalsService } from './drippulse/journeys/v1/approvals_pb.ts';
import { AuditService } from './drippulse/identity/v1/audit_pb.ts';
import { BillingService } from './drippulse/billing/v1/billing_pb.ts';
import { BouncesService } from './drippulse/messaging/v1/bounces_pb.ts';
import { ConnectPagesService } from './drippulse/integrations/v1/connections_pb.ts';
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
import { DashboardSessionService } from './drippulse/identity/v1/dashboard_session_pb.ts';
import { DataSourceRunsService } from './drippulse/integrations/v1/data_sources_pb.ts';
import { DataSourcesService } from './drippulse/integrations/v1/data_sources_pb.ts';
import { EnrollmentsService } from './drippulse/enrollments/v1/enrollments_pb.ts';
import { EventsService } from './drippulse/journeys/v1/events_pb.ts';
import { ExplainService } from './drippulse/journeys/v1/explain_pb.ts';
import { HeldEntriesService } from './drippulse/enrollments/v1/held_entries_pb.ts';
import { InboundCrmService } from './drippulse/crm/v1/lead_scores_pb.ts';
import { InboundSecretsService } from './drippulse/crm/v1/lead_scores_pb.ts';
import { IntegrationConnectionsService } from './drippulse/integrations/v1/connections_pb.ts';
import { IntegrationProvidersService } from './drippulse/integrations/v1/providers_pb.ts';
import { InvitationsService } from './drippulse/identity/v1/invitations_pb.ts';
import { LeadFormsService } from './drippulse/crm/v1/lead_forms_pb.ts';
import { LinkPagesService } from './drippulse/identity/v1/link_pages_pb.ts';
import { MfaService } from './drippulse/identity/v1/mfa_pb.ts';
import { OperatorService } from './drippulse/crm/v1/operator_pb.ts';
import { OrganizationDeletionService } from './drippulse/identity/v1/organization_deletion_pb.ts';
import { OwnAccountService } from './drippulse/identity/v1/own_account_pb.ts';
import { ProjectsService } from './drippulse/identity/v1/identity_pb.ts';
import { PublicLeadFormsService } from './drippulse/crm/v1/lead_forms_pb.ts';
import { ReportsService } from './drippulse/analytics/v1/reports_pb.ts';
import { SecurityService } from './drippulse/identity/v1/mfa_pb.ts';
import { SenderService } from './drippulse/messaging/v1/sender_pb.ts';
import { SendingRulesService } from './drippulse/messaging/v1/rules_pb.ts';
import { SessionsService } from './drippulse/identity/v1/identity_pb.ts';
import { SignInLinkPagesService } from './drippulse/identity/v1/sign_in_link_pages_pb.ts';
import { SignInPagesService } from './drippulse/identity/v1/sign_in_pages_pb.ts';
import { SignUpService } from './drippulse/identity/v1/sign_up_pb.ts';
import { StreamService } from './drippulse/gateway/v1/stream_pb.ts';
import { StripeHooksService } from './drippulse/billing/v1/stripe_pb.ts';
import { SuppressionsService } from './drippulse/messaging/v1/suppressions_pb.ts';
import { TeamMembersService } from './drippulse/identity/v1/identity_pb.ts';
import { TrackingService } from './drippulse/messaging/v1/tracking_pb.ts';
import { WebhooksService } from './drippulse/webhooks/v1/webhooks_pb.ts';
import { WorkflowsService } from './drippulse/workflows/v1/workflows_pb.ts';

/** Every service with public methods, in the order of the documentation. */
export const publicServices = [
  SignUpService,
  SessionsService,
  ApiKeysService,
  TeamMembersService,
  ProjectsService,
  AccountService,
  SenderService,
  SendingRulesService,
  AuditService,
  MfaService,
  SecurityService,
  WorkflowsService,
  OrganizationDeletionService,
  AccountSignInService,
  EnrollmentsService,
  EventsService,
  HeldEntriesService,
  ApprovalsService,
  ExplainService,
  WebhooksService,
  SuppressionsService,
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
  InboundSecretsService,
  InboundCrmService,
  TrackingService,
  BouncesService,
  SignInPagesService,
  DashboardSessionService,
  LinkPagesService,
  StreamService,
  InvitationsService,
  OwnAccountService,
  IntegrationConnectionsService,
  ConnectPagesService,
  IntegrationProvidersService,
  DataSourcesService,
  DataSourceRunsService,
  BillingService,
  AccountBillingService,
  StripeHooksService,
  OperatorService,
  ReportsService,
  SignInLinkPagesService,
  AgentsService,
  AgentTemplatesService,
  AgentExecutionsService,
  AgentInsightsService,
  AgentBudgetsService,
  AgentModelConnectionService,
  AgentEvalSetsService,
  AgentTrainingsService,
  AgentTemplateVersionsService,
  AgentReplaysService,
  AnalyticsService,
] as const;
