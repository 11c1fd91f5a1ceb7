import type { HandlerContext } from '@connectrpc/connect';
import type { JsonObject } from '@drippulse/json';
import { CrmStageType } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import type { Caller } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { canonicalJson, storedObject } from '../json-objects.ts';
import { decidedBy, scoreByAgent } from '../models/scorers.ts';
import { createRecent } from '../recent.ts';
import { ownersOf, type RouterConfig, readRouter } from '../routing/config.ts';
import { chooseOwner, compileRouter, type Matched, type People, takesTurns } from '../routing/route.ts';

/** The output of an execution, and the reasons for it. */
export type Decided = { output: JsonObject; decision: JsonObject | undefined };

/**
 * A decision, or a function that decides in the execution's transaction. The function takes the router's turn. It calls
 * no other service, because all such calls were made before the transaction.
 */
export type Decision = Decided | ((trx: Transaction<DB>) => Promise<Decided>);

/** Kinds of work that decide immediately, without a call to another service. */
type Deciding = 'scorer' | 'router' | 'built_in_code';

const routerOf = createRecent(500, (text) => {
  const read = readRouter(storedObject(text), 'configuration');
  if ('violations' in read) throw new Error(`a stored configuration is not valid: ${read.violations[0]?.field}`);
  return { config: read.config, route: compileRouter(read.config) };
});

export async function prepareDecision(
  ctx: Context,
  call: { caller: Caller; from?: HandlerContext | undefined },
  { agent, configuration, work }: AgentDefinition & { work: { kind: Deciding } },
  input: JsonObject,
): Promise<Decision> {
  const now = ctx.clock.now();
  if (work.kind === 'built_in_code') {
    return { output: work.code.run(input), decision: undefined };
  }
  if (work.kind === 'scorer') {
    return decidedBy(await scoreByAgent(ctx.db.kysely, { agent, configuration }, input, now));
  }
  const text = canonicalJson(configuration);
  const { config, route } = routerOf(text);
  const matched = route(input, now);
  const people = await findPeople(ctx, call, config, matched);
  const place = { organizationId: agent.organization_id, agentId: agent.id };
  if (!takesTurns(matched.decision.owner)) return routed(matched, people, 0n);
  return async (trx) => routed(matched, people, await takeTurn(trx, place, matched));
}

function routed({ rule, decision, trace }: Matched, people: People, turn: bigint): Decided {
  const owner = chooseOwner(decision.owner, people, turn);
  return {
    output: {
      priority: decision.priority,
      assigned_owner_id: owner,
      next_action: decision.next_action,
      sla_hours: decision.sla_hours ?? null,
      audit_note: decision.audit_note,
    },
    decision: { rule, rules: trace.map((one) => ({ ...one })) },
  };
}

/**
 * Takes the router's next turn in the transaction of the execution, so a rollback gives it back. A repeat by key takes
 * no turn.
 */
async function takeTurn(
  trx: Transaction<DB>,
  { organizationId, agentId }: { organizationId: bigint; agentId: bigint },
  { rule }: Matched,
): Promise<bigint> {
  const { rows } = await sql<{ turn: bigint }>`
    insert into agent_turns as known (organization_id, agent_id, rule, turn) values (${organizationId}, ${agentId}, ${rule ?? ''}, 0)
    on conflict (organization_id, agent_id, rule) do update set turn = known.turn + 1
    returning turn`.execute(trx);
  return rows[0]?.turn ?? 0n;
}

async function findPeople(
  ctx: Context,
  { caller, from }: { caller: Caller; from?: HandlerContext | undefined },
  config: RouterConfig,
  { decision: { owner } }: Matched,
): Promise<People> {
  if (owner === undefined) return { members: new Set(), open: new Map() };
  const ids = ownersOf(config);
  const { userIds } = await ctx.clients.identity(caller, from).findMembers({ userIds: ids.map(BigInt) });
  const members = new Set(userIds.map(Number));
  const open = new Map<number, number>();
  if (owner.type === 'least_open') {
    // Requests the counts of the owners, of whom there are at most twenty, one after the other. One count costs little,
    // but concurrent counts would burden the CRM.
    for (const id of owner.owner_ids.filter((one) => members.has(one))) {
      const request = { ownerId: BigInt(id), status: CrmStageType.OPEN, limit: 1 };
      const { totalCount } = await ctx.clients.opportunities(caller, from).listCrmOpportunities(request);
      open.set(id, Number(totalCount));
    }
  }
  return { members, open };
}
