import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, invalidCursor, readPage, readSnapshot } from '@drippulse/db';
import { type CrmDuplicateKind, CrmDuplicateKindSchema } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { callerOf } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { enumTexts } from '../enum-texts.ts';
import type { Collection, RecordRow } from '../records/collection.ts';
import { findRecord } from '../records/rows.ts';
import { type Group, groupsOf, type Kind, type Start, scanGroups, showRecords } from './groups.ts';

const maxGroups = 50;

const kindTexts = enumTexts(CrmDuplicateKindSchema);
const kinds: readonly Kind[] = ['email', 'phone'];

type Request = { limit?: number; cursor?: string; kind?: CrmDuplicateKind };

/** Lists a page of the groups of duplicates, or the groups of one record. */
export async function listDuplicates<Row extends RecordRow>(
  ctx: Context,
  call: HandlerContext,
  collection: Collection<Row>,
  request: Request,
  recordId: string | undefined,
) {
  const { organizationId } = callerOf(call);
  const { limit, after } = readPage({ limit: request.limit ?? maxGroups, cursor: request.cursor }, [
    'text',
    'text',
    'text',
  ]);
  const wanted = kinds.filter((kind) => request.kind === undefined || kind === kindTexts.textOf(request.kind));
  // One statement counts a group and a second one reads its records, so both need the same snapshot.
  return readSnapshot(ctx.db.kysely, async (trx) => {
    const { groups, nextCursor } =
      recordId === undefined
        ? await readGroups(trx, Math.min(limit, maxGroups))
        : {
            groups: await groupsOf(
              trx,
              collection,
              await findRecord(trx, collection, organizationId, recordId),
              wanted,
            ),
          };
    const shown = await showRecords(trx, collection, organizationId, groups);
    return {
      groups: shown.map(({ kind, ...group }) => ({ ...group, kind: kindTexts.numberOf(kind) })),
      nextCursor,
    };
  });

  async function readGroups(trx: Transaction<DB>, most: number): Promise<{ groups: Group[]; nextCursor?: string }> {
    const { kind: first, ...where } = readCursor(wanted, after);
    const groups: Group[] = [];
    for (const kind of wanted.slice(wanted.indexOf(first))) {
      const start = kind === first ? where : beginning;
      if (groups.length === most) return { groups, nextCursor: cursorOf(kind, start) };
      const { groups: found, next } = await scanGroups(trx, collection, {
        organizationId,
        kind,
        start,
        limit: most - groups.length,
      });
      groups.push(...found);
      if (next !== undefined) return { groups, nextCursor: cursorOf(kind, next) };
    }
    return { groups };
  }
}

const beginning: Start = { key: '', isIncluded: false };

function cursorOf(kind: Kind, { key, isIncluded }: Start): string {
  return encodeCursor([kind, isIncluded ? 'from' : 'after', key]);
}

function readCursor(wanted: readonly Kind[], after: readonly string[] | undefined): Start & { kind: Kind } {
  const [text = wanted[0], word = 'after', key = ''] = after ?? [];
  const kind = wanted.find((one) => one === text);
  if (kind === undefined || !['from', 'after'].includes(word)) throw invalidCursor();
  return { kind, key, isIncluded: word === 'from' };
}
