import { JobLost } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { type Artifact, nameOf, type Writer } from './artifact.ts';
import { readChunks } from './read-artifact.ts';

type Place = Pick<Context, 'db' | 'stores'>;

const mostInDatabase = 16 * 1024 * 1024;

/**
 * Stores bytes as they arrive: in the database, or in the store of files once they exceed 16 MiB. Returns the number of
 * bytes. A process that dies leaves pieces that no report names. The next try, or the end of the report, removes them.
 */
export async function writeArtifact(
  ctx: Place,
  artifact: Artifact & Writer,
  pieces: AsyncGenerator<Buffer>,
): Promise<number> {
  let [bytes, part] = [0, 0];
  for await (const content of pieces) {
    if (bytes + content.length > mostInDatabase) return await moveToStore(ctx, artifact, content, pieces);
    await insertChunk(ctx, artifact, part, content);
    bytes += content.length;
    part += 1;
  }
  return bytes;
}

/** Stores a piece. Throws JobLost if the process has lost its job, or if the report was deleted. */
async function insertChunk(
  { db }: Place,
  { organizationId, reportId, fence, jobId }: Artifact & Writer,
  part: number,
  content: Buffer,
): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into report_chunks (organization_id, report_id, fence, part, content)
    select organization_id, ${reportId}, fence, ${part}, ${content} from jobs
    where id = ${jobId} and organization_id = ${organizationId} and fence = ${fence} and status = 'running'
    for share`.execute(db.kysely);
  if (numAffectedRows !== 1n) throw new JobLost();
}

/** Moves the pieces of an artifact to a file. The row is written before the file, so that no file is forgotten. */
async function moveToStore(
  { db, stores }: Place,
  artifact: Artifact,
  next: Buffer,
  rest: AsyncGenerator<Buffer>,
): Promise<number> {
  const [store] = stores;
  if (store === undefined) {
    const message =
      'The file is larger than 16 MiB, and this installation has no store for such files (ARTIFACTS_S3_*, ARTIFACTS_DIR).';
    throw new DomainError('failed_precondition', 'too_large', message);
  }
  const columns = columnsOf(artifact);
  await db.kysely
    .insertInto('report_files')
    .values({ ...columns, store: store.name })
    .execute();
  const size = await store.write(nameOf(artifact), allPieces({ db }, artifact, next, rest), async (upload) => {
    await sql`
      update report_files set upload_id = ${upload}
      where organization_id = ${columns.organization_id} and report_id = ${columns.report_id}
        and fence = ${columns.fence}`.execute(db.kysely);
  });
  await deleteChunks({ db }, artifact);
  return size;
}

/** Yields the pieces that are in the database, followed by the pieces that are still to come. */
async function* allPieces(
  { db }: Pick<Context, 'db'>,
  artifact: Artifact,
  next: Buffer,
  rest: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  for await (const piece of readChunks(db.kysely, artifact)) yield Buffer.from(piece);
  yield next;
  yield* rest;
}

async function deleteChunks({ db }: Pick<Context, 'db'>, { organizationId, reportId, fence }: Artifact): Promise<void> {
  await sql`
    delete from report_chunks
    where organization_id = ${organizationId} and report_id = ${reportId} and fence = ${fence}`.execute(db.kysely);
}

function columnsOf({ organizationId, reportId, fence }: Artifact) {
  return { organization_id: organizationId, report_id: reportId, fence };
}
