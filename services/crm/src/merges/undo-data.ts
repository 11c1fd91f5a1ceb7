import { isDeepStrictEqual } from 'node:util';
import { stringifyJson } from '@drippulse/json';
import { z } from 'zod';
import type { RecordRow, Value, Values } from '../records/collection.ts';
import { isSame } from '../records/update-record.ts';
import { membersOf } from './choose.ts';
import type { Mergeable } from './mergeable.ts';

const stored = z.union([z.string(), z.number(), z.null()]);

const undoSchema = z.object({
  /** Changes of the survivor by field. */
  fields: z.array(
    z.object({ name: z.string(), columns: z.record(z.string(), z.object({ before: stored, after: stored })) }),
  ),
  /** External ids that the survivor took over, with the records that had them before. */
  externals: z.array(z.object({ id: z.uuid(), external_system: z.string().nullable(), external_id: z.string() })),
  /** Links that moved to the survivor, by their previous target. */
  links: z.array(
    z.object({
      type: z.enum(['lead', 'opportunity', 'activity']),
      column: z.string(),
      from: z.uuid(),
      ids: z.array(z.uuid()),
    }),
  ),
});

/** Data to undo a merge. The merged records keep their own values. */
export type UndoData = z.infer<typeof undoSchema>;

export function readUndo(json: string): UndoData {
  return undoSchema.parse(JSON.parse(json));
}

type Stored = z.infer<typeof stored>;

/** Converts a value to JSON. PostgreSQL casts it back to the type of the column. */
function store(value: Value): Stored {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? String(value) : value;
}

/** Returns the fields that a merge changed. The columns of one field count as one change. */
export function changedFields<Row extends RecordRow>(
  { fields, carried }: Pick<Mergeable<Row>, 'fields' | 'carried'>,
  before: Row,
  after: Row,
): UndoData['fields'] {
  const [former, present]: Values[] = [{ ...before }, { ...after }];
  const groups: [string, readonly string[]][] = [
    ...Object.entries(fields),
    ...Object.entries(carried).map(([name, { columns }]): [string, readonly string[]] => [name, columns]),
    ['custom', ['custom']],
  ];
  return groups.flatMap(([name, columns]) => {
    const pairs = columns.map((column) => [column, former?.[column] ?? null, present?.[column] ?? null] as const);
    if (pairs.every(([column, was, is]) => isSame(column, is, was))) return [];
    const values = pairs.map(([column, was, is]) => [column, { before: store(was), after: store(is) }]);
    return [{ name, columns: Object.fromEntries(values) }];
  });
}

/** Returns the columns to restore, and the names of fields that were changed after the merge and therefore stay. */
export function revert(fields: UndoData['fields'], row: RecordRow): { values: Values; kept: string[] } {
  const present: Values = { ...row };
  const values: Record<string, Value> = {};
  const kept: string[] = [];
  for (const { name, columns } of fields) {
    const entries = Object.entries(columns);
    if (entries.every(([column, { after }]) => isSame(column, store(present[column] ?? null), after))) {
      for (const [column, { before }] of entries) values[column] = before;
    } else if (name === 'custom') {
      const { custom, keptMembers } = revertMembers(columns['custom'], row.custom);
      values['custom'] = custom;
      kept.push(...keptMembers.map((key) => `custom.${key}`));
    } else kept.push(name);
  }
  return { values, kept };
}

function revertMembers(change: { before: Stored; after: Stored } | undefined, custom: string) {
  const [was, became, is] = [change?.before, change?.after, custom].map((text) => membersOf(String(text ?? '{}')));
  const members = new Map(Object.entries(is ?? {}));
  const keptMembers: string[] = [];
  for (const key of new Set([...Object.keys(was ?? {}), ...Object.keys(became ?? {})])) {
    if (isDeepStrictEqual(was?.[key], became?.[key])) continue;
    const former = was?.[key];
    if (!isDeepStrictEqual(is?.[key], became?.[key])) keptMembers.push(key);
    else if (former === undefined) members.delete(key);
    else members.set(key, former);
  }
  return { custom: stringifyJson(Object.fromEntries(members)), keptMembers };
}
