import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { erasedRequest } from '../effects/erased-request.ts';
import { removeTexts } from '../enrollments/search-blocks.ts';
import { unwatch } from '../goals/index.ts';
import { forgetHits } from '../reactions/index.ts';

/** The text that replaces the message of each timeline line about an erased person. */
const erasedMessage = 'Erased';

/** The lines of `following`, emptied in the same way as the first line of the row. */
const erasedLines = sql`(
  select json_agg(json_strip_nulls(json_build_object(
    'step_index', line -> 'step_index', 'attempt', line -> 'attempt', 'status', line -> 'status',
    'message', ${erasedMessage}::text, 'error', case when line -> 'error' is not null then ${erasedMessage}::text end
  )) order by place)
  from json_array_elements(following) with ordinality as each (line, place)
)`;

type Erased = { workflowId: bigint; ids: readonly bigint[]; refs: readonly string[] };

/**
 * Removes the personal data of enrollments: contacts, data, search texts, and the texts of timeline, effects and
 * messages. Statuses, times, steps and the number of lines stay, so that the funnel and all counts do not change. A
 * reference stays if it is the id of a record.
 */
export async function blankEnrollments(
  trx: Transaction<DB>,
  { workflowId, ids, refs }: Erased,
  now: Date,
): Promise<void> {
  await sql`
    update enrollments set contact = '{}', email = null, first_name = null, last_name = null,
      contact_hash = null, entry_hash = null, lead_ref = case when lead_ref = any(${refs}) then lead_ref end, erased_at = ${now}
    where workflow_id = ${workflowId} and id = any(${ids}::bigint[])`.execute(trx);
  await removeTexts(trx, { workflowId, ids });
  await unwatch(trx, ids);
  // The state for a retry is deleted too: an erased enrollment is not retried.
  await sql`delete from run_data where enrollment_id = any(${ids}::bigint[])`.execute(trx);
  await sql`
    update timeline set message = ${erasedMessage}, error = case when error is not null then ${erasedMessage} end,
      output = null, following = ${erasedLines}
    where enrollment_id = any(${ids}::bigint[])`.execute(trx);
  await sql`
    update effects set request = ${erasedRequest}::json,
      result = case when result is not null then json_build_object('outcome', result->'outcome') end
    where enrollment_id = any(${ids}::bigint[])`.execute(trx);
  await sql`
    update deliveries set receiver = '', subject = '', provider_message_id = null,
      error = case when error is not null then ${erasedMessage} end
    where enrollment_id = any(${ids}::bigint[])`.execute(trx);
  await forgetHits(trx, ids);
}
