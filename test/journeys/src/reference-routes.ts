/**
 * Every route of the reference for which clients exist, with the status of a successful request. No route may be
 * removed, and no status may change.
 */
const lines = `
GET /health 200
GET /api/v1/health 200
POST /api/v1/admin/login 200
POST /api/v1/sessions/admin 200
POST /api/v1/auth/login 200
GET /api/v1/admin/verify 200
GET /api/v1/agents 200
POST /api/v1/agents/spawn 201
GET /api/v1/agents/{id} 200
PATCH /api/v1/agents/{id} 200
DELETE /api/v1/agents/{id} 204
GET /api/v1/agents/{agent_id}/executions 200
GET /api/v1/agents/{id}/status 200
GET /api/v1/agents/{agent_id}/logs 200
GET /api/v1/agents/{id}/costs 200
GET /api/v1/agents/{id}/metrics 200
POST /api/v1/agents/{id}/inference 200
POST /api/v1/agents/{id}/execute 200
POST /api/v1/agents/{id}/score_lead 200
GET /api/v1/agent_templates 200
POST /api/v1/agent_templates 201
GET /api/v1/agent_templates/{id} 200
PATCH /api/v1/agent_templates/{id} 200
DELETE /api/v1/agent_templates/{id} 204
PATCH /api/v1/agent_templates/{id}/execution_policy 200
GET /api/v1/webhooks 200
GET /api/v1/webhooks/catalog 200
POST /api/v1/webhooks 201
GET /api/v1/webhooks/{id} 200
PATCH /api/v1/webhooks/{id} 200
DELETE /api/v1/webhooks/{id} 204
POST /api/v1/webhooks/{id}/test 202
GET /api/v1/webhooks/{webhook_id}/deliveries 200
GET /api/v1/projects 200
POST /api/v1/projects 201
GET /api/v1/projects/{id} 200
PATCH /api/v1/projects/{id} 200
DELETE /api/v1/projects/{id} 204
GET /api/v1/team_members 200
POST /api/v1/team_members 201
GET /api/v1/team_members/{id} 200
PATCH /api/v1/team_members/{id} 200
DELETE /api/v1/team_members/{id} 204
GET /api/v1/workflows 200
POST /api/v1/workflows 201
GET /api/v1/workflows/step_types 200
GET /api/v1/workflows/{id} 200
PATCH /api/v1/workflows/{id} 200
DELETE /api/v1/workflows/{id} 204
POST /api/v1/workflows/{id}/test 200
GET /api/v1/workflows/{workflow_id}/enrollments 200
GET /api/v1/workflows/{workflow_id}/enrollments/{id} 200
POST /api/v1/workflows/{workflow_id}/enrollments/bulk 201
DELETE /api/v1/workflows/{workflow_id}/enrollments/{id} 204
GET /api/v1/api_keys 200
POST /api/v1/api_keys 201
GET /api/v1/api_keys/{id} 200
DELETE /api/v1/api_keys/{id}/revoke 204
GET /api/v1/api_keys/usage 200
GET /api/v1/reports 200
POST /api/v1/reports/generate 202
GET /api/v1/reports/{id} 200
DELETE /api/v1/reports/{id} 204
GET /api/v1/reports/{id}/download 200
POST /api/v1/reports/{id}/schedule 200
GET /api/v1/account 200
PATCH /api/v1/account 200
GET /api/v1/account/billing 200
PATCH /api/v1/account/billing 200
GET /api/v1/analytics/metrics 200
GET /api/v1/analytics/charts 200
GET /api/v1/monitoring/agents 200
GET /api/v1/monitoring/reasoning/{agent_id} 200
GET /api/v1/integration_connections 200
POST /api/v1/integration_connections 201
GET /api/v1/integration_connections/{id} 200
PATCH /api/v1/integration_connections/{id} 200
DELETE /api/v1/integration_connections/{id} 204
GET /api/v1/data_sources 200
POST /api/v1/data_sources 201
GET /api/v1/data_sources/{id} 200
PATCH /api/v1/data_sources/{id} 200
DELETE /api/v1/data_sources/{id} 204
POST /api/v1/data_sources/{id}/preview 200
POST /api/v1/data_source_runs 202
GET /api/v1/data_source_runs/{id} 200
GET /api/v1/crm/export 200
POST /api/v1/crm/import 200
GET /api/v1/crm/change_events 200
GET /api/v1/crm/opportunity_pipelines 200
POST /api/v1/crm/opportunity_pipelines 201
PATCH /api/v1/crm/opportunity_pipelines/{id} 200
DELETE /api/v1/crm/opportunity_pipelines/{id} 204
POST /api/v1/crm/opportunity_pipelines/{id}/set_default 200
GET /api/v1/crm/accounts 200
POST /api/v1/crm/accounts 201
GET /api/v1/crm/accounts/{id} 200
PATCH /api/v1/crm/accounts/{id} 200
DELETE /api/v1/crm/accounts/{id} 204
POST /api/v1/crm/accounts/import_csv 200
GET /api/v1/crm/contacts 200
POST /api/v1/crm/contacts 201
GET /api/v1/crm/contacts/{id} 200
PATCH /api/v1/crm/contacts/{id} 200
DELETE /api/v1/crm/contacts/{id} 204
POST /api/v1/crm/contacts/import_csv 200
GET /api/v1/crm/opportunities 200
POST /api/v1/crm/opportunities 201
GET /api/v1/crm/opportunities/{id} 200
PATCH /api/v1/crm/opportunities/{id} 200
DELETE /api/v1/crm/opportunities/{id} 204
POST /api/v1/crm/opportunities/import_csv 200
GET /api/v1/crm/leads 200
POST /api/v1/crm/leads 201
GET /api/v1/crm/leads/{id} 200
PATCH /api/v1/crm/leads/{id} 200
DELETE /api/v1/crm/leads/{id} 204
POST /api/v1/crm/leads/import_csv 200
GET /api/v1/crm/activities 200
POST /api/v1/crm/activities 201
GET /api/v1/crm/activities/{id} 200
PATCH /api/v1/crm/activities/{id} 200
DELETE /api/v1/crm/activities/{id} 204
POST /api/v1/crm/activities/import_csv 200
POST /api/v1/crm/opportunities/reorder 200
GET /api/v1/billing 200
POST /api/v1/billing/checkout 201
POST /api/v1/billing/subscribe 200
POST /api/v1/billing/cancel 200
POST /api/v1/billing/reactivate 200
GET /api/v1/billing/payment-methods 200
POST /webhooks/stripe 200
POST /webhooks/lead_scoring 202
POST /webhooks/nurture/bounce 200
GET /track/n/pixel.gif 200
GET /track/n/click 302
GET /track/n/unsubscribe 200
POST /track/n/unsubscribe 200
GET /auth/google_oauth2 302
GET /auth/google_oauth2/callback 200
`;

export type ReferenceRoute = { name: string; method: string; template: string; status: number };

export const referenceRoutes: readonly ReferenceRoute[] = lines
  .trim()
  .split('\n')
  .map((line) => {
    const [method = '', template = '', status] = line.split(' ');
    return { name: `${method} ${template}`, method, template, status: Number(status) };
  });
