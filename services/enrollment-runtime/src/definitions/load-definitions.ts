import type { Definition } from '@drippulse/engine';
import type { Definitions } from './definitions.ts';

type Version = { workflowId: bigint; version: number };

/** Loads the definitions of rows one after the other, so that a page of many workflows takes only one connection. */
export async function loadDefinitions(
  definitions: Definitions,
  rows: readonly Version[],
): Promise<(row: Version) => Definition> {
  const loaded = new Map<string, Definition>();
  for (const row of rows) {
    const key = keyOf(row);
    if (!loaded.has(key)) loaded.set(key, await definitions.get(row.workflowId, row.version));
  }
  return (row) => {
    const definition = loaded.get(keyOf(row));
    if (definition === undefined) throw new Error(`version ${row.version} of workflow ${row.workflowId} is not loaded`);
    return definition;
  };
}

function keyOf({ workflowId, version }: Version): string {
  return `${workflowId}:${version}`;
}
