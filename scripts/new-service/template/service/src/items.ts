import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { __Schema__ItemSchema } from '@drippulse/proto/drippulse/__schema__/v1/__schema___pb';
import type { Selectable } from 'kysely';
import type { Items } from './db/schema.ts';

export function itemToProto(row: Selectable<Items>): MessageInitShape<typeof __Schema__ItemSchema> {
  return { id: row.id, name: row.name, createdAt: timestampFromDate(row.created_at) };
}
