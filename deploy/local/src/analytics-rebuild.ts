import path from 'node:path';
import { rebuildAt } from '@drippulse/analytics/rebuild';
import { Command } from 'commander';
import { readSettings } from './config.ts';
import { explainAndExit } from './console.ts';
import { borrowPostgres } from './postgres.ts';
import { provision } from './schemas.ts';
import { readSecrets, StartError } from './secrets.ts';

/** `npm run analytics:rebuild`: recomputes all sums of analytics from the facts. */
const program = new Command('npm run analytics:rebuild')
  .description(
    'Counts the sums of analytics anew from its facts. It may run beside the services, be stopped and be repeated. Honours DATA_DIR and DATABASE_URL.',
  )
  .showHelpAfterError()
  .action(run);

await program.parseAsync().catch((error: unknown) => explainAndExit(error));

async function run(): Promise<void> {
  const settings = readSettings(process.env);
  const secrets = readSecrets(path.join(settings.dataDir, 'secrets.json'));
  if (secrets === undefined) throw new StartError(`${settings.dataDir} holds no installation yet.`);
  const server = await borrowPostgres(settings, secrets);
  try {
    await rebuildAt(await provision(server.adminUrl, secrets, 'analytics'));
  } finally {
    await server.leave();
  }
}
