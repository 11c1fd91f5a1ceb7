import path from 'node:path';
import {
  connectIdentity,
  createOrganization,
  listOrganizations,
  resetMfa,
  resetPassword,
  resumeOrganization,
  suspendOrganization,
} from '@drippulse/gateway/organizations';
import { createLogger } from '@drippulse/observability';
import { Command } from 'commander';
import { readSettings } from './config.ts';
import { explainAndExit } from './console.ts';
import { borrowPostgres } from './postgres.ts';
import { provision } from './schemas.ts';
import { readSecrets, StartError } from './secrets.ts';

/**
 * The command `npm run org -- …`, for organizations in addition to the first one, each with its first administrator.
 */
const program = new Command('npm run org --')
  .description('Manages the organizations of this installation. Honours DATA_DIR and DATABASE_URL.')
  .showHelpAfterError();

program
  .command('create')
  .description('makes an organization with its first administrator')
  .requiredOption('--name <name>', 'name of the organization')
  .requiredOption('--username <username>', 'user name of the administrator, unique in the installation')
  .requiredOption('--email <email>', 'mail address of the administrator')
  .option('--password <password>', 'password, 10 to 200 characters; made and printed unless given')
  .action((options: { name: string; username: string; email: string; password?: string }) =>
    withIdentity(async (identity) => {
      const made = await createOrganization(identity, options);
      console.log(`Organization ${made.organizationId}: ${options.name}`);
      console.log(`Admin ${options.username} / ${made.password}`);
    }),
  );

program
  .command('list')
  .description('lists the organizations')
  .action(() =>
    withIdentity(async (identity) => {
      for await (const organization of listOrganizations(identity)) {
        const { id, slug, name, createdAt, memberCount, isSuspended } = organization;
        const members = `${memberCount} ${memberCount === 1n ? 'member' : 'members'}`;
        const state = isSuspended ? ['suspended'] : [];
        console.log([id, slug, name, createdAt.toISOString(), members, ...state].join('\t'));
      }
    }),
  );

program
  .command('reset-password')
  .description('sets a new password and ends the sessions of a user')
  .requiredOption('--username <username>', 'user name')
  .option('--password <password>', 'password, 10 to 200 characters; made and printed unless given')
  .action((options: { username: string; password?: string }) =>
    withIdentity(async (identity) => {
      const { password } = await resetPassword(identity, options);
      console.log(`${options.username} / ${password}`);
    }),
  );

program
  .command('suspend <slug>')
  .description('refuses the credentials of an organization, and stops its workflows and webhooks; nothing is lost')
  .action((slug: string) =>
    withIdentity(async (identity) => {
      console.log(
        (await suspendOrganization(identity, slug)) ? `${slug} is suspended` : `${slug} was suspended already`,
      );
    }),
  );

program
  .command('resume <slug>')
  .description('lets a suspended organization go on where it stopped')
  .action((slug: string) =>
    withIdentity(async (identity) => {
      console.log((await resumeOrganization(identity, slug)) ? `${slug} goes on` : `${slug} was not suspended`);
    }),
  );

program
  .command('reset-mfa')
  .description('removes the second factor of a user who has lost it, and ends the sessions')
  .requiredOption('--username <username>', 'user name')
  .action((options: { username: string }) =>
    withIdentity(async (identity) => {
      await resetMfa(identity, options);
      console.log(`${options.username} logs in without a code from now on`);
    }),
  );

await program.parseAsync().catch((error: unknown) => explainAndExit(error));

async function withIdentity(run: (identity: ReturnType<typeof connectIdentity>) => Promise<void>): Promise<void> {
  const settings = readSettings(process.env);
  const secrets = readSecrets(path.join(settings.dataDir, 'secrets.json'));
  if (secrets === undefined)
    throw new StartError(`${settings.dataDir} holds no installation yet. Run npm start once first.`);
  const server = await borrowPostgres(settings, secrets);
  const identity = connectIdentity(
    await provision(server.adminUrl, secrets, 'identity'),
    createLogger({ service: 'org', level: 'warn' }),
  );
  try {
    await run(identity);
  } finally {
    await identity.close();
    await server.leave();
  }
}
