import path from 'node:path';
import { reclassifyAt } from '@drippulse/enrollments/reclassify';
import { Command } from 'commander';
import { readSettings } from './config.ts';
import { explainAndExit } from './console.ts';
import { borrowPostgres } from './postgres.ts';
import { provision } from './schemas.ts';
import { readSecrets, StartError } from './secrets.ts';

/** The command `npm run reclassify -- --since <time>` applies new tracking rules to past hits. */
const program = new Command('npm run reclassify --')
  .description(
    'Judges opens and clicks of mails by the rules of this version, and corrects what was counted. It raises no webhook and moves no run. Honours DATA_DIR and DATABASE_URL.',
  )
  .requiredOption('--since <time>', 'a day or a time, such as 2026-11-01')
  .option('--tracking-days <days>', 'TRACKING_DAYS of the installation', '395')
  .showHelpAfterError()
  .action(({ since, trackingDays }: { since: string; trackingDays: string }) => run(since, Number(trackingDays)));

await program.parseAsync().catch((error: unknown) => explainAndExit(error));

async function run(since: string, keptDays: number): Promise<void> {
  const settings = readSettings(process.env);
  const secrets = readSecrets(path.join(settings.dataDir, 'secrets.json'));
  if (secrets === undefined) throw new StartError(`${settings.dataDir} holds no installation yet.`);
  const server = await borrowPostgres(settings, secrets);
  try {
    await reclassifyAt({ url: await provision(server.adminUrl, secrets, 'enrollments'), since, keptDays });
  } finally {
    await server.leave();
  }
}
