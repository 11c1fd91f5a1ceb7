import { DomainError } from '@drippulse/errors';
import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { DB, Executions } from '../db/schema.ts';

export type ExecutionRow = Selectable<Executions>;

/** An execution with its input and output. Each is null once it has been removed. */
export type ExecutionView = ExecutionRow & { input: string | null; output: string | null };

export const activeStatuses = ['queued', 'running', 'waiting_approval'] as const;

export function isActive({ status }: Pick<ExecutionRow, 'status'>): boolean {
  return activeStatuses.some((active) => active === status);
}

/** Selects the executions of an agent. */
export function selectExecutions(
  db: Kysely<DB>,
  { organizationId, agentId }: { organizationId: bigint; agentId: bigint },
) {
  return db.selectFrom('executions').where('organization_id', '=', organizationId).where('agent_id', '=', agentId);
}

/** Reads executions with their texts. */
export async function withTexts(db: Kysely<DB>, rows: readonly ExecutionRow[]): Promise<ExecutionView[]> {
  if (rows.length === 0) return [];
  const { rows: texts } = await sql<{ execution_id: bigint; input: string; output: string | null }>`
    select text.execution_id, text.input, text.output
    from unnest(${rows.map((row) => row.created_at)}::timestamptz[], ${rows.map((row) => row.id)}::bigint[]) as asked (created_at, id)
    join execution_texts as text on text.created_at = asked.created_at and text.execution_id = asked.id`.execute(db);
  const byId = new Map(texts.map((text) => [text.execution_id, text]));
  return rows.map((row) => {
    const text = row.erased_at === null ? byId.get(row.id) : undefined;
    return { ...row, input: text?.input ?? null, output: text?.output ?? null };
  });
}

export async function findExecution(
  db: Kysely<DB>,
  place: { organizationId: bigint; agentId: bigint; id: bigint },
): Promise<ExecutionView> {
  const row = await selectExecutions(db, place).selectAll().where('id', '=', place.id).executeTakeFirst();
  const [view] = row === undefined ? [] : await withTexts(db, [row]);
  if (view === undefined) throw executionNotFound();
  return view;
}

export async function lockExecution(
  trx: Transaction<DB>,
  { organizationId, id }: { organizationId: bigint; id: bigint },
): Promise<ExecutionRow | undefined> {
  return trx
    .selectFrom('executions')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** Finds the mode of an execution of the caller's organization; undefined if no execution has this id. */
export async function findExecutionMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  id: unknown,
): Promise<Mode | undefined> {
  const row = await db
    .selectFrom('executions')
    .select('mode')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

function executionNotFound(): DomainError {
  return new DomainError('not_found', 'agent_execution_not_found', 'The agent has no execution with this id.');
}
