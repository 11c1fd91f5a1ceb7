import { create, type DescMessage, type Message, type MessageInitShape } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import { type Caller, pathRow, restOf } from '@drippulse/rpc';
import { type RowRevisions, watchWriteKey } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import { appendAudit } from './append-audit.ts';
import { auditedRow, changeOf } from './change.ts';

/** The address of the client, which the gateway sends with every call. */
const addressHeader = 'x-client-address';

/**
 * Reads a row as the API shows it, in the transaction of its change. If the row is missing, returns undefined or throws
 * a DomainError.
 */
type ReadRow<DB> = (trx: Transaction<DB>, caller: Caller, id: unknown) => Promise<JsonObject | undefined>;

/** The readers of rows, by audited kind: the segment before the id in the path, such as `webhooks`. */
export type AuditedRows<DB> = Readonly<Record<string, ReadRow<DB>>>;

/** Makes a reader of a kind's rows from the message that the API shows. */
export function audited<D extends DescMessage, DB>(
  desc: D,
  read: (trx: Transaction<DB>, caller: Caller, id: never) => Promise<MessageInitShape<D> | undefined>,
): ReadRow<DB> {
  return async (trx, caller, id) => {
    const row = await read(trx, caller, id as never); // the id in the kind's path has the type that `read` expects
    return row === undefined ? undefined : auditedRow(desc, create(desc, row));
  };
}

/**
 * Writes the changes of a method with the rest option `audit` into the outbox, in the transaction of the change. The
 * row is locked, and read before and after the change. Only the members that differ are recorded. A method whose kind
 * has no entry in `rows` fails.
 */
export function auditWrites<DB>(
  rows: AuditedRows<DB>,
  { revisions, wake }: { revisions: RowRevisions<DB>; wake(): void },
): Interceptor {
  return (next) => async (request) => {
    const { audit = '', changes = '' } = restOf(request.method) ?? {};
    if (audit === '' || audit === 'none' || request.stream) return next(request);
    // For `/templates/{id}/versions/{version}/activate`, the changed row is the template, which the option `changes`
    // names.
    const { kind, id } = pathRow(request.method, request.message, /^(|none)$/.test(changes) ? undefined : changes);
    const isNew = audit.endsWith('.created');
    const read = rows[kind];
    if (read === undefined && !isNew)
      throw new Error(`${request.method.toString()}: nobody reads ${kind} for the audit`);
    request.contextValues.set(watchWriteKey, async (trx, caller) => {
      // The transaction belongs to the service that owns these rows.
      const own = trx as unknown as Transaction<DB>;
      const now = async () => (isNew ? undefined : await present(() => read?.(own, caller, id)));
      if (!isNew) await revisions[kind]?.(own, caller, id);
      const before = await now();
      return async (response) => {
        const made = isNew ? onlyRowOf(request.method.output, response) : undefined;
        const change = changeOf(before, made ?? (await now()));
        await appendAudit(own, {
          organizationId: caller.organizationId,
          name: audit,
          resourceId: idText(made?.['id'] ?? id),
          actor: caller.actor,
          ...change,
          requestId: request.header.get('x-request-id') ?? undefined,
          address: request.header.get(addressHeader) ?? undefined,
        });
      };
    });
    const response = await next(request);
    wake();
    return response;
  };
}

/** Returns the row in a response, which is the response's only message field. */
function onlyRowOf(desc: DescMessage, response: Message): JsonObject | undefined {
  // A message has its fields as members, by their local names.
  const values = response as unknown as Record<string, Message | undefined>;
  const [row] = desc.fields.flatMap((field) => {
    const value = field.fieldKind === 'message' ? values[field.localName] : undefined;
    return field.fieldKind === 'message' && value !== undefined ? [auditedRow(field.message, value)] : [];
  });
  return row;
}

async function present(read: () => Promise<JsonObject | undefined> | undefined): Promise<JsonObject | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not_found') return undefined;
    throw error;
  }
}

function idText(id: unknown): string {
  return id === undefined || id === null ? '' : String(id);
}
