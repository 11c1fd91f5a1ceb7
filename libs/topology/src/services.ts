import type { DescMessage } from '@bufbuild/protobuf';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';

/** A server that services share; the chart opens the way to it, and `npm start` replaces it by an embedded part. */
export type ServerName = 'postgres' | 'kafka' | 'redis' | 'mail';

/** The facts about one service that the rest of the repository derives from. */
export type ServiceEntry<Name extends string = string> = {
  /**
   * The area of its protos (`drippulse.<schema>.v1`), its schema in PostgreSQL and, after `drippulse_`, its role. It never
   * changes: code outside the service names the service by it, so that the name of a service stands in this table alone.
   * Default: it has no state and serves no RPC.
   */
  schema?: string;
  /** The service in whose process it runs, unless its address says otherwise. Default: it has processes of its own. */
  within?: Name;
  /** The message of the events that it publishes, which carries the topic. Default: it publishes nothing. */
  events?: DescMessage;
  /** Services whose events it consumes; `all` is every publisher. Default: none. */
  consumes?: readonly Name[] | 'all';
  /**
   * Services that it calls over gRPC: their addresses, network policies and its clients follow from it. `all` is every
   * service with a schema, for the one that serves the routes of all of them.
   */
  calls: readonly Name[] | 'all';
  /** Whether it serves the public HTTP API. Default: false. */
  isPublic?: boolean;
  /** Whether it calls addresses that customers chose, or their providers. Default: false. */
  leavesCluster?: boolean;
  /** Servers that it reaches. */
  servers: readonly ServerName[];
  /** Secrets of its own that are generated: base64 of 32 bytes. Every service also has those of `commonSecrets`. */
  secrets?: readonly string[];
  /** Secrets of its own that an operator may set. */
  optionalSecrets?: readonly string[];
  /** Further variables of its own that an operator may set. */
  environment?: readonly string[];
  /** Options of node after the common ones, of which node takes the last; where it is a process of its own. */
  nodeFlags?: readonly string[];
};

/** Generated secrets of every service with a schema, by the names of their variables. */
export const commonSecrets: readonly string[] = ['DATABASE_URL', 'INTERNAL_TOKEN_KEYS', 'ENCRYPTION_KEYS'];

/** Every service of the platform. A new one is an entry here and a folder `services/<name>`. */
const table = {
  gateway: {
    calls: 'all',
    isPublic: true,
    leavesCluster: true,
    servers: ['redis'],
    optionalSecrets: ['REDIS_URL'],
    environment: ['RATE_LIMIT_PER_MINUTE', 'RATE_LIMIT_BURST', 'TRUSTED_PROXIES'],
  },
  identity: {
    schema: 'identity',
    within: 'gateway',
    calls: ['workflows'],
    servers: ['postgres', 'redis'],
    secrets: ['SESSION_KEYS'],
    optionalSecrets: ['REDIS_URL'],
  },
  workflows: {
    schema: 'workflows',
    events: WorkflowEventSchema,
    calls: ['identity', 'enrollment-runtime'],
    servers: ['postgres', 'kafka'],
    environment: ['WEBHOOK_ALLOW_PRIVATE'],
  },
  'enrollment-runtime': {
    schema: 'enrollments',
    events: EnrollmentEventSchema,
    consumes: ['workflows', 'crm'],
    calls: ['workflows', 'webhook-delivery', 'crm'],
    leavesCluster: true,
    servers: ['postgres', 'kafka', 'mail'],
    optionalSecrets: ['SMTP_URL'],
    environment: ['MAIL_FROM', 'MAIL_DIR', 'WEBHOOK_ALLOW_PRIVATE', 'HISTORY_DAYS', 'CHAIN_BUDGET'],
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
    calls: ['identity', 'workflows', 'enrollment-runtime'],
    leavesCluster: true,
    servers: ['postgres', 'kafka'],
    optionalSecrets: ['HCAPTCHA_SITE_KEY', 'HCAPTCHA_SECRET'],
    environment: ['HCAPTCHA_VERIFY_URL'],
    // An import leaves garbage faster than V8 has reason to collect it: 258 MB become 180, for two fifths more of its CPU.
    nodeFlags: ['--max-semi-space-size=4', '--heap-growing-percent=50'],
  },
} as const satisfies Record<string, ServiceEntry>;

export type ServiceName = keyof typeof table;

/** The area of a service's protos, which is its schema too. */
export type SchemaName = Extract<(typeof table)[ServiceName], { schema: string }>['schema'];

/** The table by name. */
export const services: Readonly<Record<ServiceName, ServiceEntry<ServiceName>>> = table;

/** The names in the order of the table. */
export const serviceNames = Object.keys(table) as readonly ServiceName[]; // keys() forgets which keys there are
