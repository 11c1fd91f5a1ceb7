import { processEntry, processNames, type ServiceName } from '@drippulse/topology';
import { Command } from 'commander';
import { makeSecrets, roleUrl, type Secrets, secretsOf } from './secrets.ts';

type Options = {
  release: string;
  namespace: string;
  databaseUrl: string;
  redisUrl?: string;
  smtpUrl?: string;
  adminUsername: string;
};

/**
 * The command `npm run --silent secrets -- … | kubectl apply -f -`. It generates the Secrets to which the chart refers,
 * and prints them once.
 */
const program = new Command('npm run secrets --')
  .description(
    'Prints the Secrets that the chart refers to, as a List for kubectl apply, with new keys and passwords. ' +
      'Nothing keeps them but the cluster: do not apply a second List over the first, it would lock the data.',
  )
  .requiredOption('--database-url <url>', 'URL of PostgreSQL with a role that may make roles, as pods reach it')
  .option('--release <name>', 'name of the Helm release', 'drippulse')
  .option('--namespace <name>', 'its namespace', 'drippulse')
  .option('--redis-url <url>', 'URL of Redis, for limits that all pods share')
  .option('--smtp-url <url>', 'URL of the mail server')
  .option('--admin-username <name>', 'user name of the first administrator', 'admin')
  .showHelpAfterError()
  .action((options: Options) => console.log(JSON.stringify(secretList(options, makeSecrets()), null, 2)));

program.parse();

function secretList(options: Options, secrets: Secrets) {
  const { release, databaseUrl, redisUrl, smtpUrl, adminUsername } = options;
  const known: Record<string, string | undefined> = { REDIS_URL: redisUrl, SMTP_URL: smtpUrl };
  const ofService = (name: ServiceName) =>
    secret(options, `${release}-${name}`, {
      ...secretsOf(name, secrets, roleUrl(name, secrets, databaseUrl)),
      ...Object.fromEntries(processEntry(name).optionalSecrets.map((variable) => [variable, known[variable]])),
    });
  const first = { ADMIN_USERNAME: adminUsername, ADMIN_PASSWORD: secrets.adminPassword };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      secret(options, `${release}-postgres-admin`, { ADMIN_DATABASE_URL: databaseUrl }),
      secret(options, `${release}-bootstrap`, first),
      ...processNames.map(ofService),
    ],
  };
}

function secret({ namespace }: Options, name: string, values: Record<string, string | undefined>) {
  const stringData = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', stringData };
}
