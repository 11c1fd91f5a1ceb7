import type { Message } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { AgentEvent } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import type { CrmErasedRecord } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import type { CrmEvent } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import type { EnrollmentEvent } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { forgetPayloads } from '../deliveries/forget-payloads.ts';

/** Maximum number of bodies that are emptied in one transaction. */
const slice = 200;

/**
 * Subjects of the bodies to empty. All bodies about a subject in `gone` are emptied, but only those bodies about a
 * subject in `livingOn` that are older than the erasure.
 */
type Erasure = { organizationId: bigint; gone: string[]; livingOn: string[]; before: Date };

/**
 * Empties the bodies of events about records that another service erased, slice by slice. Emptied bodies are not found
 * again, so a repeated call continues where the last call stopped. The event of the erasure itself has only ids and is
 * delivered.
 */
export async function erasePayloads(ctx: Context, message: Message): Promise<void> {
  const erasure = readErasure(message);
  if (erasure === undefined) return;
  let found = slice;
  while (found === slice) {
    found = await ctx.db.kysely.transaction().execute(async (trx) => {
      // A body begins with its id and type. Further on, the data of a customer may have any members.
      const { rows } = await sql<{ event_id: string }>`
        select event_id from payloads
        where organization_id = ${erasure.organizationId} and subject is not null and body <> ''
          and (subject = any(${erasure.gone})
              and position(convert_to('{"id":"' || event_id || '","type":"contact.erased"', 'UTF8') in body) <> 1
            or subject = any(${erasure.livingOn}) and event_at < ${erasure.before})
        order by event_id limit ${slice}`.execute(trx);
      const ids = rows.map((row) => row.event_id);
      if (ids.length > 0) await forgetPayloads(trx, erasure.organizationId, ids);
      return ids.length;
    });
    ctx.wakeDelivery();
  }
}

function readErasure(message: Message): Erasure | undefined {
  if (isOf<CrmEvent>(message, 'drippulse.crm.v1.CrmEvent') && message.payload.case === 'contactErased') {
    const { id, records, erasedAt } = message.payload.value;
    const isPerson = ({ recordType }: CrmErasedRecord) => recordType === 'contact' || recordType === 'lead';
    const people = records.filter(isPerson);
    const others = records.filter((record) => !isPerson(record));
    return {
      organizationId: message.organizationId,
      gone: [`contact:${id}`, ...people.map((one) => `${one.recordType}:${one.id}`)],
      livingOn: others.map((record) => `${record.recordType}:${record.id}`),
      before: erasedAt ? timestampDate(erasedAt) : new Date(0),
    };
  }
  if (isOf<AgentEvent>(message, 'drippulse.agents.v1.AgentEvent')) return readAgentErasure(message);
  if (!isOf<EnrollmentEvent>(message, 'drippulse.enrollments.v1.EnrollmentEvent')) return undefined;
  const { payload, organizationId } = message;
  if (payload.case !== 'erased' && payload.case !== 'approvalErased') return undefined;
  const { id, erasedAt } = payload.value;
  const livingOn =
    payload.case === 'approvalErased'
      ? [`approval:${id}`]
      : [`enrollment:${id}`, ...payload.value.approvalIds.map((approvalId) => `approval:${approvalId}`)];
  return { organizationId, gone: [], livingOn, before: erasedAt ? timestampDate(erasedAt) : new Date(0) };
}

function readAgentErasure({ payload, organizationId }: AgentEvent): Erasure | undefined {
  if (payload.case !== 'executionErased') return undefined;
  const { id, erasedAt } = payload.value;
  const before = erasedAt ? timestampDate(erasedAt) : new Date(0);
  return { organizationId, gone: [], livingOn: [`agent_execution:${id}`], before };
}

function isOf<M extends Message>(message: Message, name: M['$typeName']): message is M {
  return message.$typeName === name;
}
