import type { HandlerContext } from '@connectrpc/connect';
import { addJob } from '@drippulse/db';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { AgentEvalSetsService, type StartAgentEvalRunRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import { type AgentDefinition, loadDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { countCases, evalJobs, findRun, lockEvalSet } from '../evals/rows.ts';
import { evalRunToProto } from '../evals/to-proto.ts';
import { requireLlm } from '../model-connections/require-llm.ts';
import { moneyProblems, picoOf } from '../money.ts';
import { newLedgerId } from '../rehearsals/ledger-id.ts';
import { findVersion } from '../templates/versions.ts';

const usualTrials = 3;
const mostTrials = 5;
const usualCostUsd = 1;
const mostCostUsd = 1_000;

export async function startAgentEvalRun(ctx: Context, request: StartAgentEvalRunRequest, call: HandlerContext) {
  const { evalSetId, templateVersion = 0, trials: asked = usualTrials, maxCostUsd = usualCostUsd } = request;
  refuseViolations(problemsOf(asked, maxCostUsd));
  const { startAgentEvalRun: method } = AgentEvalSetsService.method;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const set = await lockEvalSet(trx, organizationId, evalSetId);
    const definition = await loadDefinition({ db: { kysely: trx }, code: ctx.code }, organizationId, set.agent_id);
    const template = requireTemplate(definition);
    if (definition.work.kind === 'llm' && definition.agent.mode === 'live') {
      await requireLlm({ ...ctx, db: { kysely: trx } }, organizationId);
    }
    const { version } = await findVersion(trx, template, templateVersion);
    await requireNone(trx, set.id);
    const versions = version === template.version ? [version] : [version, template.version];
    const trials = definition.work.kind === 'llm' ? asked : 1;
    const cases = (await countCases(trx, [set.id])).get(set.id) ?? 0n;
    if (cases === 0n) throw new DomainError('failed_precondition', 'eval_set_empty', 'The eval set has no case.');
    const total = cases * BigInt(trials * versions.length);
    const { id } = await addJob(trx, { organizationId, kind: evalJobs, input: '{}', total });
    await trx
      .insertInto('eval_runs')
      .values({
        ...{ id, organization_id: organizationId, eval_set_id: set.id, agent_id: set.agent_id, mode: set.mode },
        ...{ template_id: template.id, version, active_version: versions[1] ?? null, trials },
        max_cost_pico_usd: picoOf(maxCostUsd),
        ledger_id: await newLedgerId(trx),
        created_at: ctx.clock.now(),
      })
      .execute();
    // The results are ordered by trial and then by case, so that all versions progress equally.
    await sql`
      insert into eval_results (organization_id, run_id, ordinal, case_id, version, trial)
      select ${organizationId}, ${id}, row_number() over (order by trial, own.id, version) - 1, own.id, version, trial
      from eval_cases as own, unnest(${versions}::integer[]) as version, generate_series(1, ${trials}::integer) as trial
      where own.organization_id = ${organizationId} and own.eval_set_id = ${set.id}`.execute(trx);
    return { evalRun: evalRunToProto(await findRun(trx, { organizationId, evalSetId: set.id, id })) };
  });
  ctx.wake.evals();
  return response;
}

function problemsOf(trials: number, maxCostUsd: number) {
  return [
    ...(Number.isInteger(trials) && trials >= 1 && trials <= mostTrials
      ? []
      : [{ field: 'trials', message: `must be from 1 to ${mostTrials}`, code: 'range' as const }]),
    ...(maxCostUsd > mostCostUsd
      ? [{ field: 'max_cost_usd', message: `must be from 0 to ${mostCostUsd}`, code: 'range' as const }]
      : moneyProblems('max_cost_usd', maxCostUsd)),
  ];
}

function requireTemplate({ template }: AgentDefinition): NonNullable<AgentDefinition['template']> {
  if (template !== undefined) return template;
  throw new DomainError('failed_precondition', 'wrong_agent_type', 'Only agents of templates have versions.');
}

/** Refuses a second active run of an eval set. The caller must have locked the set. */
async function requireNone(trx: Transaction<DB>, evalSetId: bigint): Promise<void> {
  const { rows } = await sql`
    select from eval_runs join jobs on jobs.id = eval_runs.id
    where eval_runs.eval_set_id = ${evalSetId} and jobs.status in ('queued', 'running') limit 1`.execute(trx);
  if (rows.length === 0) return;
  const message = 'The eval set is being run. Wait for the run, or cancel it.';
  throw new DomainError('already_exists', 'eval_run_in_progress', message);
}
