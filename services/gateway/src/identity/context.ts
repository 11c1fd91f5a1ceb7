import type { LookUpTxt } from '@drippulse/http';
import type { Mailer } from '@drippulse/mail';
import type { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { DB } from '../db/schema.ts';
import type { Config } from './config.ts';
import type { MailLimits } from './links/mail-limits.ts';
import type { IdentityMetrics } from './metrics.ts';
import type { LoginLimits } from './sessions/login-limits.ts';
import type { Passwords } from './sessions/passwords.ts';
import type { SessionTokens } from './sessions/tokens.ts';
import type { Providers } from './sign-in/providers.ts';

/** The dependencies of every operation of the identity service. */
export type Context = ServiceBase<Config, DB> & {
  clients: { workflows: ClientOf<typeof WorkflowCatalogService> };
  passwords: Passwords;
  sessionTokens: SessionTokens;
  loginLimits: LoginLimits;
  providers: Providers;
  lookUpTxt: LookUpTxt;
  /** Sends mails; undefined in an installation that sends no mails. */
  mailer: Mailer | undefined;
  mailLimits: MailLimits;
  metrics: IdentityMetrics;
  /** Wakes loops after a commit that added work for them. */
  wake: { mails(): void; resets(): void };
};
