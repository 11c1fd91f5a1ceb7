import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { type CrmSelection, readCrmSelection } from '@drippulse/engine';
import { DomainError } from '@drippulse/errors';
import type { CrmSelectionSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectRecords } from '../crm/select-records.ts';
import { parseObject } from './contact.ts';
import { maxRows, type Refusal } from './read-rows.ts';

/** What the contacts of one call may take, as their JSON text; a request's own may have 16 MiB. */
const maxBytes = 32 * 1024 * 1024;

/**
 * The records that a bulk enrollment names, as contacts, page by page, at most as many as one call enrolls beside the
 * `given` ones. Says what is wrong with the request instead of throwing it, as checks have an order.
 */
export async function readRecords(
  ctx: Context,
  call: HandlerContext,
  crm: MessageShape<typeof CrmSelectionSchema>,
  given: number,
): Promise<{ contacts: string[] } | Refusal> {
  const read = readSelection(crm);
  if ('refused' in read) return read;
  const contacts: string[] = [];
  let bytes = 0;
  let cursor: string | undefined;
  do {
    const page = await selectRecords(ctx, callerOf(call), read.selection, {
      call,
      ...(cursor !== undefined && { cursor }),
    });
    contacts.push(...page.contacts);
    bytes += page.contacts.reduce((sum, contact) => sum + contact.length, 0);
    // The first page tells already how many there are.
    if (given + Math.max(contacts.length, Number(page.totalCount)) > maxRows || bytes > maxBytes) return tooMany();
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { contacts };
}

function readSelection({
  recordType,
  filter,
}: MessageShape<typeof CrmSelectionSchema>): { selection: CrmSelection } | Refusal {
  const read = readCrmSelection({
    ...(recordType !== '' && { record_type: recordType }),
    ...(filter !== undefined && { filter: parseObject(Buffer.from(filter).toString()) }),
  });
  if ('selection' in read) return read;
  const violations = read.problems.map(({ path, message }) => ({ field: ['crm', ...path].join('.'), message }));
  const message = violations.map((violation) => `${violation.field} ${violation.message}`)[0] ?? 'crm is invalid';
  return { refused: new DomainError('invalid', 'validation_failed', message, { violations }) };
}

function tooMany(): Refusal {
  const message = `One call enrolls at most ${maxRows.toLocaleString('en')} records; narrow the filter.`;
  const violations = [{ field: 'crm.filter', message }];
  return { refused: new DomainError('too_large', 'too_many_contacts', message, { violations }) };
}
