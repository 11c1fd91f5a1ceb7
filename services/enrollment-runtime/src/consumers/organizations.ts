import { wakeJobs } from '@drippulse/db';
import type { Consumer } from '@drippulse/events';
import { startSuspensions } from '@drippulse/service';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { sourceJobs } from '../schedules/source-job.ts';

/**
 * Records which organizations are suspended. Work that fell due during a suspension resumes at a bounded rate, as after
 * a pause.
 */
export function consumeOrganizations(ctx: Context): Promise<Consumer> {
  return startSuspensions(ctx, {
    group: 'enrollment-runtime',
    async onResumed(trx, organizationId) {
      await sql`update lanes set catching_up = true where organization_id = ${organizationId} and running`.execute(trx);
      await wakeJobs(trx, { organizationId, kind: sourceJobs });
    },
    onChanged() {
      ctx.wake.advance();
      ctx.wake.schedules();
      ctx.wake.sources();
    },
  });
}
