import type { HttpClient } from '@drippulse/http';
import type { Mailer } from '@drippulse/mail';
import type { CrmRecordBatchesService } from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import type { FailuresService } from '@drippulse/proto/drippulse/enrollments/v1/failures_pb';
import type { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { findAction, findProvider } from '@drippulse/providers';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { Fault } from './fault-points.ts';
import type { AccountLimits } from './limits/account-limits.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { Fresh } from './usable-connection.ts';

/** The dependencies that all operations of this service share. */
export type Context = ServiceBase<Config, DB> & {
  /** HTTP client for requests to providers. */
  http: HttpClient;
  /** HTTP client for requests to URLs that customers choose. */
  urls: HttpClient;
  /** The providers and their actions. Tests add more. */
  catalog: Catalog;
  /** The rate limits of accounts. */
  limits: AccountLimits;
  fault?: Fault;
  /** Sends mails; undefined if neither a mail server nor a folder for mails is configured. */
  mailer: Mailer | undefined;
  clients: {
    identity: ClientOf<typeof IdentityService>;
    workflows: ClientOf<typeof WorkflowCatalogService>;
    failures: ClientOf<typeof FailuresService>;
    batches: ClientOf<typeof CrmRecordBatchesService>;
  };
  /** Random number from 0 to 1, for jitter. */
  random(): number;
  /** The token refreshes of this process that are under way, by connection. */
  refreshes: Map<bigint, Promise<Fresh>>;
  metrics: ServiceMetrics;
  /** Wakes a loop of this process. Call it after the commit that made work for the loop. */
  wake: { news(): void; mails(): void; retries(): void; runs(): void };
  /** Aborts when the service stops, for work that may outlast the stop. */
  stopping: AbortSignal;
  /** Is called at the points of a run at which tests may kill the process. */
  runFault?: (point: 'before-write' | 'after-write' | 'before-commit') => void | Promise<void>;
};

export type Catalog = { findProvider: typeof findProvider; findAction: typeof findAction };
