import type { HandlerContext } from '@connectrpc/connect';
import { type CrmSelection, readCrmSelection } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import type { CrmSelection as CrmSelectionMessage } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectRecords } from '../crm/select-records.ts';
import { parseObject } from '../enrollments/contact.ts';
import { maxRows, type Refusal } from './read-rows.ts';

/** Maximum size in bytes of the contacts of one call, as JSON texts. The body of a request may have up to 16 MiB. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Reads the records that a bulk enrollment selects, page by page, as contacts. `given` is the number of contacts in the
 * request itself, which also count against the maximum of one call. Returns a refusal instead of throwing it, because
 * the checks of a request run in a fixed order.
 */
export async function readRecords(
  ctx: Context,
  call: HandlerContext,
  crm: CrmSelectionMessage,
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
    bytes += page.contacts.reduce((sum, contact) => sum + Buffer.byteLength(contact), 0);
    // The first page gives the total.
    if (given + Math.max(contacts.length, Number(page.totalCount)) > maxRows || bytes > maxBytes) return tooMany();
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { contacts };
}

function readSelection({ recordType, filter }: CrmSelectionMessage): { selection: CrmSelection } | Refusal {
  const read = readCrmSelection({
    ...(recordType !== '' && { record_type: recordType }),
    ...(filter !== undefined && { filter: parseObject(Buffer.from(filter).toString()) }),
  });
  if ('selection' in read) return read;
  const violations = read.problems.map(({ path, ...problem }) => ({ field: ['crm', ...path].join('.'), ...problem }));
  const message = violations.map((violation) => `${violation.field} ${violation.message}`)[0] ?? 'crm is invalid';
  return { refused: new DomainError('invalid', 'validation_failed', message, { violations }) };
}

function tooMany(): Refusal {
  const message = `One call enrolls at most ${maxRows.toLocaleString('en')} records; narrow the filter.`;
  const violations: Violation[] = [{ field: 'crm.filter', message, code: 'length' }];
  return { refused: new DomainError('too_large', 'too_many_contacts', message, { violations }) };
}
