// Writes the Kysely types of services from their migrated schema: node scripts/db-types.mjs services/workflows
// With --verify it writes nothing and fails when a src/db/schema.ts differs from the migrated schema.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { migrate } from '@drippulse/db';
import { createTestDatabase } from '@drippulse/testing';
import { owners, processOf } from '@drippulse/topology';

// The results of the type parsers of libs/db. Free JSON is read as text, so that its numbers keep every digit.
const typeMapping = { int8: 'bigint', json: 'string', jsonb: 'string', timestamptz: 'Date' };
// Tables that only the libs and the migrator use. If the types of a service included them, the types would change with
// the libs.
const tablesOfLibs =
  '{kysely_*,idempotency_keys,outbox,outbox_lease,inbox,entitlements,usage,usage_added,usage_limits,usage_thresholds}';
const codegen = createRequire(import.meta.url).resolve('kysely-codegen/dist/cli/bin.js');

const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isVerify = process.argv.includes('--verify');
for (const folder of folders) await writeTypes(resolve(folder));

async function writeTypes(folder) {
  const { migrations } = await import(pathToFileURL(resolve(folder, 'src/db/migrations/index.ts')).href);
  const { schema } = owners.find(({ name }) => processOf(name) === basename(folder));
  const database = await createTestDatabase({ name: 'types' });
  try {
    await migrate({ url: database.url, schema, migrations });
    generate(database.url, schema, resolve(folder, 'src/db/schema.ts'));
  } finally {
    await database.drop();
  }
}

function generate(url, schema, outFile) {
  const options = {
    dialect: 'postgres',
    url,
    'default-schema': schema,
    'include-pattern': `${schema}.*`,
    'exclude-pattern': `${schema}.${tablesOfLibs}`,
    'type-mapping': JSON.stringify(typeMapping),
    'out-file': outFile,
    'log-level': 'error',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const { status } = spawnSync(process.execPath, [codegen, ...args, ...(isVerify ? ['--verify'] : [])], {
    stdio: 'inherit',
  });
  if (status === 0) return;
  if (isVerify)
    console.error(`${outFile} is not what the migrations make: run node scripts/db-types.mjs on its service`);
  process.exitCode = 1;
}
