import { Readable } from 'node:stream';
import type { HandlerContext } from '@connectrpc/connect';
import type { ExportOrganizationRequest } from '@drippulse/proto/drippulse/identity/v1/organization_deletion_pb';
import { callerOf } from '@drippulse/rpc';
import { appendAudit } from '@drippulse/service';
import { owners } from '@drippulse/topology';
import { ZipFile } from 'yazl';
import { clientAddressHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { rowsClient } from '../deletions/rows-client.ts';

/** Time limit, which equals that of the route. The time for one file depends on how fast the client reads. */
const longestMs = 3_600_000;

/** Creates the archive while the client reads it: one file after the other, at the client's pace. */
export async function* exportOrganization(ctx: Context, _request: ExportOrganizationRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { slug, name } = await ctx.db.kysely
    .selectFrom('organizations')
    .select(['slug', 'name'])
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  const files = await filesOf(ctx, organizationId, { signal: call.signal, timeoutMs: call.timeoutMs() ?? longestMs });
  await report(ctx, call);
  const mtime = ctx.clock.now();
  call.responseHeader.set(
    'content-disposition',
    `attachment; filename="${slug}-${mtime.toISOString().slice(0, 10)}.zip"`,
  );
  const zip = new ZipFile();
  const output = zip.outputStream as Readable; // a PassThrough
  // If a file fails, the archive is left without its end records, so that nobody mistakes it for a complete archive.
  const fail = (error: Error) => output.destroy(error);
  output.on('error', () => undefined);
  zip.on('error', fail);
  const manifest = {
    organization: { id: String(organizationId), name, slug },
    exported_at: mtime.toISOString(),
    files: files.map((file) => file.path),
  };
  zip.addBuffer(Buffer.from(JSON.stringify(manifest, null, 2)), 'manifest.json', { mtime });
  for (const { path, lines } of files) {
    zip.addReadStreamLazy(path, { mtime }, (done) =>
      done(null, Readable.from(lines(), { objectMode: false }).on('error', fail)),
    );
  }
  zip.end();
  for await (const data of output) yield { body: { contentType: 'application/zip', data: data as Buffer } }; // bytes
}

/**
 * Lists the files of the archive. Services are called for their tables here, so that an unavailable service is noticed
 * before the first byte of the response.
 */
async function filesOf(ctx: Context, organizationId: bigint, options: { signal: AbortSignal; timeoutMs: number }) {
  const files: { path: string; lines(): AsyncGenerator<Uint8Array> }[] = [];
  for (const { name, schema } of owners) {
    const client = rowsClient(ctx, name, organizationId);
    const { tables } = await client.listOrganizationTables({}, { timeoutMs: 10_000 });
    for (const table of tables) {
      files.push({
        path: `${schema}/${table}.ndjson`,
        async *lines() {
          for await (const { lines } of client.exportOrganizationTable({ table }, options)) yield lines;
        },
      });
    }
  }
  return files;
}

/** Records in the audit trail who exported the organization. */
async function report(ctx: Context, call: HandlerContext): Promise<void> {
  const { organizationId, actor } = callerOf(call);
  await ctx.db.kysely.transaction().execute((trx) =>
    appendAudit(trx, {
      organizationId,
      name: 'organization.exported',
      resourceId: String(organizationId),
      actor,
      before: undefined,
      after: undefined,
      requestId: call.requestHeader.get('x-request-id') ?? undefined,
      address: call.requestHeader.get(clientAddressHeader) ?? undefined,
    }),
  );
  ctx.relay.wake();
}
