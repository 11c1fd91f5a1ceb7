import type { DescMessage, DescService } from '@bufbuild/protobuf';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import { AnalyticsEventSchema } from '@drippulse/proto/drippulse/analytics/v1/events_pb';
import { BillingEventSchema } from '@drippulse/proto/drippulse/billing/v1/events_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { OrganizationEventSchema } from '@drippulse/proto/drippulse/identity/v1/events_pb';
import { IntegrationEventSchema } from '@drippulse/proto/drippulse/integrations/v1/events_pb';
import { BouncesService } from '@drippulse/proto/drippulse/messaging/v1/bounces_pb';
import { TrackingService } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';

/**
 * A server that services share. The chart opens the network to it, and `npm start` replaces it with an embedded part.
 */
export type ServerName = 'postgres' | 'kafka' | 'redis' | 'mail';

/** A meter that plans may limit, by its name in the API. */
export type MeterName = 'enrollments' | 'emails' | 'events' | 'llm_cost_usd' | 'agents' | 'seats' | 'contacts';

/** The facts about one service, from which the rest of the repository is derived. */
export type ServiceEntry<Name extends string = string> = {
  /**
   * The area of the service's protos (`drippulse.<schema>.v1`), and its schema in PostgreSQL. Its database role is
   * `drippulse_<schema>`. The area never changes: code outside the service refers to the service by its area, so that
   * only this table has the name of a service. Default: the service has no state and serves no RPC.
   */
  schema?: string;
  /** Further areas of protos that the service serves. Default: none. */
  areas?: readonly string[];
  /**
   * The service in whose process this service runs, unless its address says otherwise. Default: it has processes of its
   * own.
   */
  within?: Name;
  /**
   * The message of the events that the service publishes, which names the topic. Default: the service publishes
   * nothing.
   */
  events?: DescMessage;
  /** Services whose events this service consumes; `all` means every publisher. Default: none. */
  consumes?: readonly Name[] | 'all';
  /**
   * Whether the service stores the audit trail, to which every service with a schema publishes. Exactly one service
   * does. Default: false.
   */
  keepsAudit?: boolean;
  /** The meters of organizations that the service counts and whose limits it enforces. Default: none. */
  counts?: readonly MeterName[];
  /**
   * Whether the service sets the limits of organizations, which every service that counts a meter enforces. At most one
   * service does. Default: false.
   */
  setsLimits?: boolean;
  /** Whether each process of the service reads the hints of every publisher, for open streams. Default: false. */
  followsHints?: boolean;
  /**
   * Services that this service calls over gRPC. Addresses, network policies and clients are derived from this list.
   * `all` means every other service with a schema. It is for the service with the routes of all services, and for the
   * service that exports and erases the rows of an organization in all of them.
   */
  calls: readonly Name[] | 'all';
  /** Whether the service serves the public HTTP API. Default: false. */
  isPublic?: boolean;
  /** Whether the service calls addresses that customers chose, or customers' providers. Default: false. */
  leavesCluster?: boolean;
  /** Servers to which the service connects. */
  servers: readonly ServerName[];
  /** The service's own generated secrets: base64 of 32 bytes. Every process also has the common secrets. */
  secrets?: readonly string[];
  /** The service's own secrets that an operator may set. */
  optionalSecrets?: readonly string[];
  /** Further variables of the service that an operator may set. */
  environment?: readonly string[];
  /**
   * Further kinds of processes of the service, by name. Each serves only some of the service's RPC services, in layouts
   * that start it, and has its ROLE. `besides` is the ROLE of the service's other processes in these layouts. Default:
   * none.
   */
  roles?: Readonly<Record<string, { role: string; besides: string; serves: readonly DescService[] }>>;
  /** Further options of node for a service with a process of its own. They override the common options. */
  nodeFlags?: readonly string[];
};

/** Providers at which an operator may register an application, by the names that the environment variables contain. */
const oauthApplications = [
  ...['GOOGLE_WORKSPACE', 'MICROSOFT365', 'SLACK', 'SALESFORCE', 'HUBSPOT', 'ZOOM', 'ZENDESK', 'GONG'],
];

/** Every service of the platform. A new service is an entry here and a folder `services/<name>`. */
const table = {
  gateway: {
    calls: 'all',
    isPublic: true,
    leavesCluster: true,
    followsHints: true,
    servers: ['redis', 'kafka'],
    optionalSecrets: ['REDIS_URL'],
    environment: ['RATE_LIMIT_PER_MINUTE', 'RATE_LIMIT_BURST', 'TRUSTED_PROXIES', 'PUBLIC_URL'],
  },
  identity: {
    schema: 'identity',
    within: 'gateway',
    events: OrganizationEventSchema,
    keepsAudit: true,
    counts: ['seats'],
    // To export and erase an organization's rows, this service calls every other service that has rows of
    // organizations.
    calls: 'all',
    leavesCluster: true,
    servers: ['postgres', 'redis', 'kafka', 'mail'],
    secrets: ['SESSION_KEYS'],
    optionalSecrets: ['REDIS_URL', 'SMTP_URL', 'GOOGLE_CLIENT_SECRET'],
    environment: [
      'PUBLIC_URL',
      'MAIL_FROM',
      'MAIL_DIR',
      'GOOGLE_CLIENT_ID',
      'GOOGLE_ISSUER',
      'SIGN_UP',
      'WEBHOOK_ALLOW_PRIVATE',
    ],
  },
  workflows: {
    schema: 'workflows',
    events: WorkflowEventSchema,
    calls: ['identity', 'enrollment-runtime', 'integrations'],
    servers: ['postgres', 'kafka'],
    environment: ['WEBHOOK_ALLOW_PRIVATE'],
  },
  'enrollment-runtime': {
    schema: 'enrollments',
    areas: ['journeys', 'messaging'],
    events: EnrollmentEventSchema,
    consumes: ['identity', 'workflows', 'webhook-delivery', 'crm'],
    counts: ['enrollments', 'emails', 'events'],
    calls: ['identity', 'workflows', 'webhook-delivery', 'crm', 'integrations', 'agents'],
    leavesCluster: true,
    servers: ['postgres', 'kafka', 'mail'],
    secrets: ['TRACKING_KEYS'],
    optionalSecrets: ['SMTP_URL', 'BOUNCE_WEBHOOK_SECRET', 'SENDGRID_WEBHOOK_KEY'],
    environment: [
      'MAIL_FROM',
      'MAIL_DIR',
      'MAIL_ANY_SENDER',
      'WEBHOOK_ALLOW_PRIVATE',
      'HISTORY_DAYS',
      'CHAIN_BUDGET',
      'PUBLIC_URL',
      'TRACKING_DAYS',
      'ROLE',
    ],
    // Requests that mails cause (opens, clicks, bounces) arrive in waves, and must not share an event loop with runs.
    roles: {
      'enrollment-public': { role: 'public', besides: 'engine', serves: [TrackingService, BouncesService] },
    },
  },
  'webhook-delivery': {
    schema: 'webhooks',
    events: WebhookEventSchema,
    consumes: 'all',
    calls: [],
    leavesCluster: true,
    servers: ['postgres', 'kafka', 'redis'],
    optionalSecrets: ['REDIS_URL'],
    environment: ['WEBHOOK_ALLOW_PRIVATE', 'LEASE_SECONDS'],
  },
  crm: {
    schema: 'crm',
    events: CrmEventSchema,
    counts: ['contacts'],
    calls: ['identity', 'workflows', 'enrollment-runtime'],
    leavesCluster: true,
    servers: ['postgres', 'kafka'],
    optionalSecrets: ['HCAPTCHA_SITE_KEY', 'HCAPTCHA_SECRET'],
    environment: ['HCAPTCHA_VERIFY_URL'],
    // An import produces garbage faster than V8 collects it. The peak is 195 MB with this value, instead of 215 MB with
    // 16.
    nodeFlags: ['--max-semi-space-size=8'],
  },
  integrations: {
    schema: 'integrations',
    events: IntegrationEventSchema,
    consumes: ['identity'],
    calls: ['identity', 'workflows', 'enrollment-runtime', 'crm'],
    leavesCluster: true,
    servers: ['postgres', 'kafka', 'redis', 'mail'],
    optionalSecrets: ['REDIS_URL', 'SMTP_URL', ...oauthApplications.map((name) => `${name}_CLIENT_SECRET`)],
    environment: [
      ...['MAIL_FROM', 'MAIL_DIR', 'PUBLIC_URL', 'PROVIDER_HOSTS_OVERRIDE', 'PROVIDER_HOSTS_OVERRIDE_CONFIRM'],
      'WEBHOOK_ALLOW_PRIVATE',
      ...oauthApplications.map((name) => `${name}_CLIENT_ID`),
    ],
  },
  billing: {
    schema: 'billing',
    events: BillingEventSchema,
    setsLimits: true,
    calls: ['identity', 'enrollment-runtime', 'crm', 'agents'],
    leavesCluster: true,
    servers: ['postgres', 'kafka', 'mail'],
    optionalSecrets: ['SMTP_URL', 'STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
    environment: ['MAIL_FROM', 'MAIL_DIR', 'PUBLIC_URL', 'PLANS', 'STRIPE_API_BASE'],
  },
  agents: {
    schema: 'agents',
    events: AgentEventSchema,
    consumes: ['enrollment-runtime', 'identity'],
    counts: ['agents', 'llm_cost_usd'],
    calls: ['identity', 'workflows', 'enrollment-runtime', 'crm'],
    leavesCluster: true,
    servers: ['postgres', 'kafka'],
    optionalSecrets: ['CODE_AGENTS', 'LLM_API_KEY'],
    environment: [
      ...['LLM_BASE_URL', 'LLM_MODEL', 'LLM_PROTOCOL', 'LLM_PRICES', 'LLM_DAILY_LIMIT_USD'],
      'WEBHOOK_ALLOW_PRIVATE',
    ],
  },
  analytics: {
    schema: 'analytics',
    events: AnalyticsEventSchema,
    consumes: ['identity', 'workflows', 'enrollment-runtime', 'crm', 'agents', 'webhook-delivery'],
    calls: ['identity', 'workflows', 'enrollment-runtime', 'webhook-delivery', 'crm', 'agents'],
    leavesCluster: true,
    servers: ['postgres', 'kafka', 'mail'],
    optionalSecrets: ['SMTP_URL', 'ARTIFACTS_S3_SECRET_ACCESS_KEY'],
    environment: [
      ...['ARTIFACTS_DIR', 'ARTIFACTS_S3_ENDPOINT', 'ARTIFACTS_S3_REGION', 'ARTIFACTS_S3_ACCESS_KEY_ID'],
      ...['MAIL_FROM', 'MAIL_DIR', 'PUBLIC_URL'],
    ],
  },
} as const satisfies Record<string, ServiceEntry>;

export type ServiceName = keyof typeof table;

/** The name of a role's process. */
export type RoleName = RolesOf<(typeof table)[ServiceName]>;
type RolesOf<Entry> = Entry extends { roles: infer Roles } ? keyof Roles & string : never;

/** The area of a service's protos, which is its schema too. */
export type SchemaName = Extract<(typeof table)[ServiceName], { schema: string }>['schema'];

/** The services of the table, by name. */
export const services: Readonly<Record<ServiceName, ServiceEntry<ServiceName>>> = table;

/** The names of all services, in the order of the table. */
export const serviceNames = Object.keys(table) as readonly ServiceName[]; // Object.keys() loses the type of the keys
