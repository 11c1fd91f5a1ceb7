import path from 'node:path';
import { connectIdentity, verifyAudit } from '@drippulse/gateway/organizations';
import { createLogger } from '@drippulse/observability';
import { Command } from 'commander';
import { readSettings } from './config.ts';
import { explainAndExit } from './console.ts';
import { borrowPostgres } from './postgres.ts';
import { provision } from './schemas.ts';
import { readSecrets, StartError } from './secrets.ts';

/** `npm run audit:verify`: checks whether a row of the audit trail is altered or missing. */
const program = new Command('npm run audit:verify --')
  .description(
    'Checks the chain of the audit trail of every organization: each row has the hash of the one before. Ends with 1 when a row is altered or missing. Honours DATA_DIR and DATABASE_URL.',
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
    const url = await provision(server.adminUrl, secrets, 'identity');
    const identity = connectIdentity(url, createLogger({ service: 'audit-verify' }));
    let broken = 0;
    for await (const { organizationId, rows, problem } of verifyAudit(identity.kysely)) {
      if (problem !== undefined) broken += 1;
      console.log(`Organization ${organizationId}: ${rows} rows${problem === undefined ? '' : `, then: ${problem}`}`);
    }
    await identity.close();
    console.log(broken === 0 ? 'Every row is as it was written.' : 'The audit trail is not as it was written.');
    if (broken > 0) process.exitCode = 1;
  } finally {
    await server.leave();
  }
}
