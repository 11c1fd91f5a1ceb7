// A process that commits the effects of its first batch and then, before it can commit the offset, dies or is frozen by
// the signal in its settings.
import { connectDatabase } from '@drippulse/db';
import { createMetrics } from '@drippulse/observability';
import { ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { sql } from 'kysely';
import { startConsumer } from '../src/index.ts';
import { log } from './fixture.ts';
import { openTransport } from './transports.ts';

const { choice, topic, group, databaseUrl, signal = 'SIGKILL' } = JSON.parse(process.env['SETTINGS'] ?? '');
const db = connectDatabase<unknown>({ url: databaseUrl, schema: 'probes', service: 'killed', log });

await startConsumer({
  transport: openTransport(choice),
  topic: { name: topic, desc: ProbeEventSchema },
  group,
  db,
  log,
  metrics: createMetrics('killed'),
  async handle(batch) {
    for (const { id } of batch) await sql`insert into effects (event_id) values (${id})`.execute(db.kysely);
    process.kill(process.pid, signal);
    if (signal === 'SIGKILL') await new Promise(() => undefined);
  },
});
