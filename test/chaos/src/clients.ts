import { randomBytes } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import { service as agents } from '@drippulse/agents';
import { type Config as AnalystConfig, service as analyst } from '@drippulse/analytics';
import { type Config as BillingConfig, service as billing } from '@drippulse/billing';
import { service as crm } from '@drippulse/crm';
import { type Config, service as runtime } from '@drippulse/enrollments';
import { prices } from '@drippulse/fake-providers/models';
import { service as integrator } from '@drippulse/integrations';
import { AgentsService } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { BillingService } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { StripeHooksService } from '@drippulse/proto/drippulse/billing/v1/stripe_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IntegrationConnectionsService } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { ApprovalsService } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { EventsService } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { BouncesService } from '@drippulse/proto/drippulse/messaging/v1/bounces_pb';
import { SendingRulesService } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { SuppressionsService } from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { TrackingService } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { type Caller, clientFor, createGrpcPeers } from '@drippulse/rpc';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { publicService, type ServiceName, serviceOf } from '@drippulse/topology';
import { type Config as DelivererConfig, service as deliverer } from '@drippulse/webhooks';

/** The methods of a runtime that clients call, over gRPC. */
export type RuntimeClient = {
  /** The name of the runtime. */
  name: string;
  enrollments(organizationId: bigint): Client<typeof EnrollmentsService>;
  workflows(organizationId: bigint): Client<typeof RuntimeService>;
  events(organizationId: bigint): Client<typeof EventsService>;
  approvals(organizationId: bigint): Client<typeof ApprovalsService>;
  rules(organizationId: bigint): Client<typeof SendingRulesService>;
  suppressions(organizationId: bigint): Client<typeof SuppressionsService>;
  /** The methods that mail clients and mail servers call without a credential. */
  tracking: Client<typeof TrackingService>;
  bounces: Client<typeof BouncesService>;
  close(): void;
};

const keys = createTestKeys();
/** The caller for methods that need no credential. */
const nobody = callerOf(0n, { type: 'service', id: publicService });
/** The secret with which the mail server signs its reports. */
export const bounceSecret = randomBytes(32).toString('base64');
/** The secret with which Stripe signs its hooks. */
export const hookSecret = 'whsec_chaos';

export function createRuntimeClient(name: string, port: number): RuntimeClient {
  const peers = createGrpcPeers({ [runtime.name]: `127.0.0.1:${port}` });
  const as = (service: ServiceName) => ({
    peers,
    target: runtime.name,
    tokens: keys.tokensOf(service),
  });
  const enrollments = clientFor(EnrollmentsService, as(publicService));
  const workflows = clientFor(RuntimeService, as(serviceOf('workflows')));
  const events = clientFor(EventsService, as(publicService));
  const approvals = clientFor(ApprovalsService, as(publicService));
  const rules = clientFor(SendingRulesService, as(publicService));
  const suppressions = clientFor(SuppressionsService, as(publicService));
  const userOf = (organizationId: bigint) => callerOf(organizationId, { type: 'user', id: '1' });
  return {
    name,
    tracking: clientFor(TrackingService, as(publicService))(nobody),
    bounces: clientFor(BouncesService, as(publicService))(nobody),
    enrollments: (organizationId) => enrollments(userOf(organizationId)),
    events: (organizationId) => events(userOf(organizationId)),
    approvals: (organizationId) => approvals(userOf(organizationId)),
    rules: (organizationId) => rules(userOf(organizationId)),
    suppressions: (organizationId) => suppressions(userOf(organizationId)),
    workflows: (organizationId) => workflows(callerOf(organizationId, { type: 'service', id: serviceOf('workflows') })),
    close: () => peers.close(),
  };
}

/** Creates a client that calls a deliverer as the gateway does. */
export function createWebhooksClient(port: number) {
  const peers = createGrpcPeers({ [deliverer.name]: `127.0.0.1:${port}` });
  const tokens = keys.tokensOf(publicService);
  const webhooks = clientFor(WebhooksService, { peers, target: deliverer.name, tokens });
  return {
    webhooks: (organizationId: bigint) => webhooks(callerOf(organizationId, { type: 'user', id: '1' })),
    close: () => peers.close(),
  };
}

function callerOf(organizationId: bigint, actor: Caller['actor']): Caller {
  return { organizationId, actor, role: 'admin', mode: 'live' };
}

/** Creates a client that calls an integrator as the gateway does. */
export function createConnectionsClient(port: number) {
  const peers = createGrpcPeers({ [integrator.name]: `127.0.0.1:${port}` });
  const tokens = keys.tokensOf(publicService);
  const connections = clientFor(IntegrationConnectionsService, { peers, target: integrator.name, tokens });
  return {
    connections: (organizationId: bigint) => connections(callerOf(organizationId, { type: 'user', id: '1' })),
    close: () => peers.close(),
  };
}

/** Creates a client that calls the agents service as the gateway does. */
export function createAgentsClient(port: number) {
  const peers = createGrpcPeers({ [agents.name]: `127.0.0.1:${port}` });
  const tokens = keys.tokensOf(publicService);
  const client = clientFor(AgentsService, { peers, target: agents.name, tokens });
  return {
    agents: (organizationId: bigint) => client(callerOf(organizationId, { type: 'user', id: '1' })),
    close: () => peers.close(),
  };
}

/** The methods of the CRM that the gateway calls. */
export type CrmClient = ReturnType<typeof createCrmClient>;

export function createCrmClient(port: number) {
  const peers = createGrpcPeers({ [crm.name]: `127.0.0.1:${port}` });
  const as = { peers, target: crm.name, tokens: keys.tokensOf(publicService) };
  const [contacts, opportunities, pipelines] = [
    clientFor(CrmContactsService, as),
    clientFor(CrmOpportunitiesService, as),
    clientFor(CrmOpportunityPipelinesService, as),
  ];
  const userOf = (organizationId: bigint) => callerOf(organizationId, { type: 'user', id: '1' });
  return {
    contacts: (organizationId: bigint) => contacts(userOf(organizationId)),
    opportunities: (organizationId: bigint) => opportunities(userOf(organizationId)),
    pipelines: (organizationId: bigint) => pipelines(userOf(organizationId)),
    close: () => peers.close(),
  };
}

/** The methods of billing that the gateway calls. */
export type BillingClient = ReturnType<typeof createBillingClient>;

export function createBillingClient(port: number) {
  const peers = createGrpcPeers({ [billing.name]: `127.0.0.1:${port}` });
  const as = { peers, target: billing.name, tokens: keys.tokensOf(publicService) };
  const client = clientFor(BillingService, as);
  return {
    billing: (organizationId: bigint) => client(callerOf(organizationId, { type: 'user', id: '1' })),
    /** The method that Stripe calls without a credential. */
    hooks: clientFor(StripeHooksService, as)(nobody),
    close: () => peers.close(),
  };
}

/** The addresses of a process's brokers, and of the services that it calls. */
type Ways = { kafkaBrokers: string[]; addresses: Partial<Record<ServiceName, string>> };

export type ProcessOptions = Ways & { databaseUrl: string; grpcPort: number };

/** The configuration of a service, and the addresses of its peers. */
export type ProcessConfig<C> = C & Ways;

/** Returns the configuration of a runtime process that these clients can call. */
export function runtimeConfig({
  leaseMs,
  smtpUrl,
  ...options
}: ProcessOptions & { leaseMs: number; smtpUrl: string }): ProcessConfig<Config> {
  return { ...runtime.readConfig(environmentOf(runtime.name, options)), ...waysOf(options), leaseMs, smtpUrl };
}

/** Returns the configuration of a deliverer. */
export function delivererConfig(options: ProcessOptions): ProcessConfig<DelivererConfig> {
  return { ...deliverer.readConfig(environmentOf(deliverer.name, options)), ...waysOf(options) };
}

/** Returns the configuration of analytics. */
export function analystConfig(options: ProcessOptions): ProcessConfig<AnalystConfig> {
  return { ...analyst.readConfig(environmentOf(analyst.name, options)), ...waysOf(options) };
}

/** Returns the configuration of the CRM. */
export function crmConfig(options: ProcessOptions) {
  return { ...crm.readConfig(environmentOf(crm.name, options)), ...waysOf(options) };
}

/**
 * Time after which another process takes over the customer or the operation of a dead process. It is longer than all
 * requests to Stripe during a lease.
 */
const billingLeaseMs = 12_000;
const stripeTimeoutMs = 2_000;

/** Returns the configuration of a process of billing, whose calls to Stripe go to `stripeUrl`. */
export function billingConfig(options: ProcessOptions, stripeUrl: string): BillingConfig {
  const environment = {
    ...environmentOf(billing.name, options),
    ...{ STRIPE_SECRET_KEY: 'sk_test_123', STRIPE_WEBHOOK_SECRET: hookSecret, STRIPE_API_BASE: stripeUrl },
  };
  return {
    ...{ ...billing.readConfig(environment), ...waysOf(options) },
    ...{ leaseMs: billingLeaseMs, stripeTimeoutMs },
  };
}

/** Returns the configuration of an integrator, whose calls to all providers go to `providersUrl`. */
export function integratorConfig({ providersUrl, ...options }: ProcessOptions & { providersUrl: string }) {
  const environment = { ...environmentOf(integrator.name, options), PROVIDER_HOSTS_OVERRIDE: providersUrl };
  return { ...integrator.readConfig(environment), ...waysOf(options) };
}

/**
 * Time after which another process takes over the executions of a dead process. It is short, so that a frozen process
 * loses its executions within seconds.
 */
const agentLeaseMs = 6_000;
const reservationGraceMs = 3_000;

/** Returns the configuration of a process of the agents service, which calls the models at `modelsUrl`. */
export function agentConfig({ modelsUrl, ...options }: ProcessOptions & { modelsUrl: string }) {
  const environment = {
    ...environmentOf(agents.name, options),
    ...{ LLM_BASE_URL: modelsUrl, LLM_MODEL: 'm', LLM_PRICES: JSON.stringify(prices) },
  };
  return { ...agents.readConfig(environment), ...waysOf(options), leaseMs: agentLeaseMs, reservationGraceMs };
}

function waysOf({ kafkaBrokers, addresses }: Ways): Ways {
  return { kafkaBrokers, addresses };
}

function environmentOf(name: ServiceName, { databaseUrl, grpcPort }: ProcessOptions): Record<string, string> {
  return {
    ...keys.environmentOf(name, databaseUrl),
    GRPC_PORT: String(grpcPort),
    BOUNCE_WEBHOOK_SECRET: bounceSecret,
    LOG_LEVEL: 'warn',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  };
}
