import { Command } from 'commander';
import { makeSecrets, type Secrets, schemas, services } from './secrets.ts';

type Options = {
  release: string;
  namespace: string;
  databaseUrl: string;
  redisUrl?: string;
  smtpUrl?: string;
  adminUsername: string;
};

/** `npm run --silent secrets -- … | kubectl apply -f -`: what the chart refers to, made anew and printed once. */
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
  const ofService = (service: (typeof services)[number]) =>
    secret(options, `${release}-${service}`, {
      DATABASE_URL: urlOfRole(databaseUrl, `drippulse_${schemas[service]}`, secrets.rolePasswords[schemas[service]]),
      INTERNAL_TOKEN_KEYS: secrets.internalTokenKeys[service],
      ENCRYPTION_KEYS: secrets.encryptionKeys,
      SESSION_KEYS: service === 'gateway' ? secrets.sessionKeys : undefined,
      REDIS_URL: service === 'gateway' || service === 'webhook-delivery' ? redisUrl : undefined,
      SMTP_URL: service === 'enrollment-runtime' ? smtpUrl : undefined,
    });
  const first = { ADMIN_USERNAME: adminUsername, ADMIN_PASSWORD: secrets.adminPassword };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      secret(options, `${release}-postgres-admin`, { ADMIN_DATABASE_URL: databaseUrl }),
      secret(options, `${release}-bootstrap`, first),
      ...services.map(ofService),
    ],
  };
}

function secret({ namespace }: Options, name: string, values: Record<string, string | undefined>) {
  const stringData = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', stringData };
}

function urlOfRole(databaseUrl: string, role: string, password: string | undefined): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = password ?? '';
  return url.href;
}
