import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, invalidCursor, readPage } from '@drippulse/db';
import { stringifyJson } from '@drippulse/json';
import { convertInTurns } from '@drippulse/loops';
import {
  type CrmOutcomeSchema,
  CrmOutcomeSubject,
  type ListCrmOutcomesRequest,
} from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { type OutcomeRow, readOutcomes, valuesAtCreation } from '../outcomes/read-outcomes.ts';
import { isUuid } from '../records/ids.ts';

export async function listCrmOutcomes(ctx: Context, request: ListCrmOutcomesRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { after: values } = readPage({ ...(request.cursor !== '' && { cursor: request.cursor }) }, ['time', 'text']);
  const [createdAt, id] = values ?? [];
  if (id !== undefined && !isUuid(id)) throw invalidCursor();
  const after = createdAt === undefined || id === undefined ? undefined : { createdAt: new Date(createdAt), id };
  const subject = outcomeSubjectOf(request.subject);
  const { outcomes, end } = await readOutcomes(ctx.db.kysely, { organizationId, subject, after });
  return {
    outcomes: await convertInTurns(outcomes, (row) => outcomeToProto(row, subject), call.signal),
    nextCursor: end === undefined ? '' : encodeCursor([end.createdAt, end.id]),
  };
}

export function outcomeSubjectOf(subject: CrmOutcomeSubject): 'lead' | 'opportunity' {
  return subject === CrmOutcomeSubject.OPPORTUNITIES ? 'opportunity' : 'lead';
}

function outcomeToProto(row: OutcomeRow, subject: 'lead' | 'opportunity'): MessageInitShape<typeof CrmOutcomeSchema> {
  const fields = valuesAtCreation(row.created);
  const contact = subject === 'opportunity' && row.contact_id !== null;
  const refs = [row.id, row.public_id, row.contact_id, row.contact_public_id].filter((ref) => ref !== null);
  return {
    id: row.id,
    won: row.won,
    createdAt: timestampFromDate(row.created_at),
    fields: Buffer.from(
      stringifyJson(contact ? { ...fields, contact: valuesAtCreation(row.contact_created) } : fields),
    ),
    refs,
  };
}
