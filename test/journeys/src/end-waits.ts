import path from 'node:path';
import type { RunningPlatform } from '@drippulse/harness';
import { startEmbeddedPostgres } from '@drippulse/servers';
import pg from 'pg';

/** Makes every wait of a workflow's enrollments end now, on a platform with embedded servers. */
export async function endWaits({ dataDir, api }: RunningPlatform, workflowId: number): Promise<void> {
  const { url } = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'postgres') });
  const client = new pg.Client(url);
  await client.connect();
  await client.query(
    'update enrollments.runs set wake_at = now(), next_run_at = now() where workflow_id = $1 and wake_at is not null',
    [workflowId],
  );
  await client.query('update enrollments.lanes set wake_at = now() where workflow_id = $1', [workflowId]);
  await client.end();
  // The runtime sleeps until the original end of the waits, so it must be woken by a change of the workflow.
  const { name } = (await api.get(`/api/v1/workflows/${workflowId}`)).body;
  await api.patch(`/api/v1/workflows/${workflowId}`, { name: `${name}, later` });
}
