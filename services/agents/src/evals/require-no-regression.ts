import { DomainError } from '@drippulse/errors';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

type Compared = { id: bigint; eval_set_id: bigint; passed: number; active_passed: number; is_worse: boolean };

/**
 * Refuses to activate a version that did worse than the active one. Looks at one run of each eval set of the template's
 * agents: the newest completed run that compared these two versions.
 */
export async function requireNoRegression(
  db: Kysely<DB>,
  {
    organizationId,
    templateId,
    version,
    activeVersion,
  }: {
    organizationId: bigint;
    templateId: bigint;
    version: number;
    activeVersion: number;
  },
): Promise<void> {
  const { rows } = await sql<Compared>`
    select distinct on (run.eval_set_id) run.id, run.eval_set_id, run.passed, run.active_passed, run.is_worse
    from eval_runs as run
    join jobs on jobs.id = run.id
    join agents on agents.id = run.agent_id
    where run.organization_id = ${organizationId} and run.template_id = ${templateId} and run.version = ${version}
      and run.active_version = ${activeVersion} and jobs.status = 'completed' and agents.deleted_at is null
    order by run.eval_set_id, run.id desc`.execute(db);
  const worse = rows.find(({ is_worse: isWorse }) => isWorse);
  if (worse === undefined) return;
  const { id, eval_set_id: evalSetId, passed, active_passed: activePassed } = worse;
  const message = `Version ${version} passes ${passed} cases and version ${activeVersion}, which is active, ${activePassed}.`;
  const facts = {
    ...{ eval_set_id: Number(evalSetId), eval_run_id: Number(id) },
    ...{ passed, active_passed: activePassed },
  };
  throw new DomainError('already_exists', 'eval_regression', message, { facts });
}
