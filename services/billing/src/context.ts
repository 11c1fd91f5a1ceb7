import type { Mailer } from '@drippulse/mail';
import type { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { RawBuilder } from 'kysely';
import type { Config } from './config.ts';
import type { DB } from './db/schema.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { StripeAccount } from './stripe/account.ts';

/** The dependencies that all operations of this service share. */
export type Context = ServiceBase<Config, DB> & {
  /** Database time, as SQL; tests shift it. */
  dbNow: RawBuilder<Date>;
  /** The installation's account at Stripe; undefined without a key. */
  stripe: StripeAccount | undefined;
  clients: { identity: ClientOf<typeof IdentityService> };
  /** Undefined when there is neither a mail server nor a folder for mails. */
  mailer: Mailer | undefined;
  metrics: ServiceMetrics;
  /** Wakes a loop of this process. Call it after the commit that made work for the loop. */
  wake: {
    fetches(): void;
    operations(): void;
    pushes(): void;
    notices(): void;
    mails(): void;
    usage(): void;
    hours(): void;
  };
};
