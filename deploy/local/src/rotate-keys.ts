import path from 'node:path';
import { rotateKeys } from '@drippulse/service';
import { owners } from '@drippulse/topology';
import { Command } from 'commander';
import { readSettings } from './config.ts';
import { explainAndExit } from './console.ts';
import { loadService } from './load-service.ts';
import { borrowPostgres } from './postgres.ts';
import { provision } from './schemas.ts';
import { readSecrets, StartError } from './secrets.ts';

/**
 * The command `npm run keys:rotate` reseals everything that is sealed with ENCRYPTION_KEYS, with the first of these
 * keys.
 */
const program = new Command('npm run keys:rotate --')
  .description(
    'Seals everything anew by the first of ENCRYPTION_KEYS, while the platform serves, and says what still needs an old key. First put the new key in front of the old ones and restart all processes; remove the old ones when nothing needs them. The keys are those of ENCRYPTION_KEYS in the environment, else those in secrets.json. Honours DATA_DIR and DATABASE_URL.',
  )
  .showHelpAfterError()
  .action(run);

await program.parseAsync().catch((error: unknown) => explainAndExit(error));

async function run(): Promise<void> {
  const settings = readSettings(process.env);
  const secrets = readSecrets(path.join(settings.dataDir, 'secrets.json'));
  if (secrets === undefined) throw new StartError(`${settings.dataDir} holds no installation yet.`);
  const encryptionKeys = process.env['ENCRYPTION_KEYS'] || (secrets.keys['ENCRYPTION_KEYS'] ?? '');
  const server = await borrowPostgres(settings, secrets);
  try {
    let unreadable = 0;
    for (const { name, schema } of owners) {
      const { sealed = [] } = await loadService(name);
      const url = await provision(server.adminUrl, secrets, schema);
      const { columns, waiting } = await rotateKeys({ url, schema, sealed, encryptionKeys });
      for (const column of columns) {
        console.log(`${name}: ${column.table}.${column.column}: ${column.resealed} sealed anew`);
        for (const [key, count] of column.unreadable) {
          unreadable += count;
          console.error(`${name}: ${column.table}.${column.column}: ${count} do not open; they need the key ${key}`);
        }
      }
      for (const { what, until, count } of waiting) {
        console.log(`${name}: ${count} ${what} need an old key until ${until}`);
      }
    }
    if (unreadable > 0) process.exitCode = 1;
  } finally {
    await server.leave();
  }
}
