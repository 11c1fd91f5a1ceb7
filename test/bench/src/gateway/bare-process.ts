import { hash } from 'node:crypto';
import express from 'express';
import pg from 'pg';

/**
 * The baseline of the gateway bench: one express handler over one pg query. Like the gateway, it checks an API key,
 * looks the key up again after 5 s, and returns the same bytes as the gateway. It inserts the free-form JSON into the
 * response as it is stored.
 */
process.on('disconnect', () => process.exit(1));
process.on('SIGTERM', () => process.exit(0));

const json = 114;
const text = (value: string) => value;
const types = { getTypeParser: (oid: number) => (oid === json ? text : pg.types.getTypeParser(oid)) };
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10, types });

const knownForMs = 5000;
const known = new Map<string, { untilMs: number; organization: Promise<string | undefined> }>();

function organizationOf(key: string): Promise<string | undefined> {
  const keyHash = hash('sha256', key, 'hex');
  const found = known.get(keyHash);
  if (found !== undefined && found.untilMs > Date.now()) return found.organization;
  const organization = pool
    .query(`select organization_id from identity.api_keys where key_hash = decode($1, 'hex') and revoked_at is null`, [
      keyHash,
    ])
    .then(({ rows }) => rows[0]?.organization_id);
  known.set(keyHash, { untilMs: Date.now() + knownForMs, organization });
  return organization;
}

const app = express();
app.get('/api/v1/workflows/:id', async (request, response) => {
  const organization = await organizationOf(request.headers.authorization?.slice('Bearer '.length) ?? '');
  if (organization === undefined) return void response.status(401).json({ error: 'unauthenticated' });
  const { rows } = await pool.query(
    `select w.id, w.name, w.description, w.status, w.version, w.project_id, v.steps, w.integrations, w.created_at, w.updated_at, w.mode,
       v.settings
     from workflows.workflows as w
     join workflows.workflow_versions as v on v.workflow_id = w.id and v.version = w.version
     where w.organization_id = $1 and w.id = $2 and w.deleted_at is null`,
    [organization, request.params.id],
  );
  const [row] = rows;
  if (row === undefined) return void response.status(404).json({ error: 'workflow_not_found' });
  const { steps, integrations, created_at, updated_at, mode, settings, ...plain } = row;
  const {
    goals = [],
    re_entry = { mode: 'always' },
    holdout = null,
    priority = 50,
    class: kind = 'marketing',
  } = JSON.parse(settings);
  const head = JSON.stringify({
    ...plain,
    id: Number(row.id),
    project_id: row.project_id === null ? null : Number(row.project_id),
  });
  const times = `"created_at":${JSON.stringify(created_at)},"updated_at":${JSON.stringify(updated_at)}`;
  const own = JSON.stringify({ mode, goals, re_entry, holdout, priority, class: kind });
  const rest = `${times},${own.slice(1, -1)}`;
  response.type('json').send(`${head.slice(0, -1)},"steps":${steps},"integrations":${integrations},${rest}}`);
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
