import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import {
  CrmRecordBatchesService,
  CrmRecordBatchMode,
  CrmRecordBatchOutcome,
  type WriteCrmRecordBatchRequest,
  type WriteCrmRecordBatchResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import { callerOf, type Routes } from '@drippulse/rpc';

type Fields = Record<string, unknown>;
type Response = MessageInitShape<typeof WriteCrmRecordBatchResponseSchema>;
type Stored = { id: string; fields: Fields; writes: number };

/**
 * Creates a fake CRM with the guarantees that this service relies on: it finds records by external id or mail address,
 * returns one result for each row, and returns its first answer to a repeat with the same key. A repeat with different
 * rows is an error, and so is an address without `@`.
 */
export function createCrmPeer() {
  const records = new Map<string, Stored>();
  const answers = new Map<string, { rows: string; response: Response }>();
  const failures: DomainError[] = [];
  const calls: { key: string | null; rows: number; actor: string; isDry: boolean }[] = [];
  let archived = 0;

  function keyOf(fields: Fields): string {
    return String(fields['external_id'] ?? fields['email'] ?? JSON.stringify(fields)).toLowerCase();
  }

  function write(request: WriteCrmRecordBatchRequest, isDry: boolean): Response {
    const rows: Fields[] = request.rows.length === 0 ? [] : JSON.parse(Buffer.from(request.rows).toString());
    const results = rows.map((fields) => {
      const { email } = fields;
      if (typeof email === 'string' && !email.includes('@')) {
        const errors = [{ field: 'email', message: 'must be a mail address', code: 'format' }];
        return { outcome: CrmRecordBatchOutcome.FAILED, errors };
      }
      const known = records.get(keyOf(fields));
      if (known === undefined) {
        if (request.mode === CrmRecordBatchMode.UPDATE_ONLY) return { outcome: CrmRecordBatchOutcome.SKIPPED };
        const id = randomUUID();
        if (!isDry) records.set(keyOf(fields), { id, fields, writes: 1 });
        return { outcome: CrmRecordBatchOutcome.CREATED, recordId: id };
      }
      const isSame = JSON.stringify(known.fields) === JSON.stringify({ ...known.fields, ...fields });
      if (isSame) return { outcome: CrmRecordBatchOutcome.UNCHANGED, recordId: known.id };
      if (!isDry)
        records.set(keyOf(fields), { ...known, fields: { ...known.fields, ...fields }, writes: known.writes + 1 });
      return { outcome: CrmRecordBatchOutcome.UPDATED, recordId: known.id };
    });
    const gone = [...records].filter(([, { id }]) => request.archive.includes(id));
    for (const [key] of gone) records.delete(key);
    archived += gone.length;
    return { results, archived: gone.length };
  }

  const routes: Routes = (router) => {
    router.service(CrmRecordBatchesService, {
      writeCrmRecordBatch(request, call) {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        const caller = callerOf(call);
        const isDry = request.dryRun || caller.mode === 'test';
        const key = call.requestHeader.get('idempotency-key');
        const text = Buffer.from(request.rows).toString() + request.archive.join();
        const known = key === null || isDry ? undefined : answers.get(key);
        if (known !== undefined && known.rows !== text) {
          throw new DomainError('invalid', 'idempotency_key_reused', 'a repeat of a batch has other rows');
        }
        calls.push({ key, rows: text.length, actor: `${caller.actor.type}:${caller.actor.id}`, isDry });
        if (known !== undefined) return known.response;
        const response = write(request, isDry);
        if (key !== null && !isDry) answers.set(key, { rows: text, response });
        return response;
      },
    });
  };
  return { routes, records, calls, failures, archived: () => archived };
}
