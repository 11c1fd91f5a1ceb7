import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createApi } from '@drippulse/harness';
import { readSettings } from '@drippulse/local/config';
import { startPlatform } from '@drippulse/local/platform';
import { makeSecrets } from '@drippulse/local/secrets';
import { createLogger } from '@drippulse/observability';
import { owners } from '@drippulse/topology';
import { dumpFolder } from './dumps.ts';
import { tellStory } from './story.ts';

// Dumps the database of this version: starts the platform on the empty server of DATABASE_URL, makes the resources of
// the story, and writes a dump of each schema.
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
const databaseUrl = process.env['DATABASE_URL'];
if (databaseUrl === undefined) throw new Error('DATABASE_URL: name an empty PostgreSQL server');
const secrets = makeSecrets();
const settings = readSettings({ DATABASE_URL: databaseUrl, PORT: '0', DATA_DIR: '.data/upgrade-dump' });
const platform = await startPlatform(settings, secrets, createLogger({ level: 'warn' }));
const story = await tellStory(createApi(`http://127.0.0.1:${platform.port}`, secrets.apiKey));
await platform.stop();

const folder = dumpFolder(version);
mkdirSync(folder, { recursive: true });
write('secrets.json', JSON.stringify(secrets, null, 2));
write('story.json', JSON.stringify(story, null, 2));
for (const schema of [...owners.map(({ schema }) => schema), 'events']) write(`${schema}.sql`, dumpOf(schema));

/** Returns the statements that make a schema and its rows, without the commands of psql and without comments. */
function dumpOf(schema: string): string {
  const options = ['--no-owner', '--no-privileges', '--rows-per-insert=100', '--schema', schema];
  const text = execFileSync('pg_dump', [...options, databaseUrl ?? ''], { encoding: 'utf8', maxBuffer: 64 << 20 });
  return text
    .split('\n')
    .filter(
      (line) => !/^(--|\\)/.test(line) && !/^(CREATE SCHEMA|SET (default_table_access_method|lock_timeout))/.test(line),
    )
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

function write(name: string, text: string): void {
  writeFileSync(path.join(folder, name), `${text.trim()}\n`);
}
