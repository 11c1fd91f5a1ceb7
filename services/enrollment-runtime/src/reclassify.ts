import { connectDatabase } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { ConfigError } from '@drippulse/process';
import { readConfig } from './config.ts';
import type { DB } from './db/schema.ts';
import { reclassify } from './reactions/index.ts';

/**
 * Judges the opens and clicks after a given time by the rules of this version, corrects the recorded times, and reports
 * the changes.
 */
export async function reclassifyAt(options: { url: string; since: string; keptDays: number }): Promise<void> {
  const { url, keptDays } = options;
  const since = new Date(options.since);
  if (Number.isNaN(since.getTime()))
    throw new ConfigError(['--since: must be a day or a time, such as 2026-11-01T12:00:00Z']);
  const log = createLogger({ level: 'warn' });
  const db = connectDatabase<DB>({ url, schema: 'enrollments', service: 'reclassify', log, max: 1 });
  try {
    const done = await reclassify(db.kysely, { since, keptDays });
    console.log(`${done.hits} hits of ${done.mails} mails judged: ${done.changedHits} have another verdict.`);
    console.log(`${done.changedMails} mails have other times of their first open or click.`);
  } finally {
    await db.close();
  }
}

/** In the image of the service, run `node src/reclassify.ts --since 2026-11-01`. */
if (import.meta.main) {
  const [option = '', since = ''] = process.argv.slice(2);
  const { databaseUrl: url, trackingDays: keptDays } = readConfig(process.env);
  await reclassifyAt({ url, since: option === '--since' ? since : '', keptDays });
}
