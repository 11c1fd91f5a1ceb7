import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { processNames } from '@drippulse/topology';
import { makeSecrets, roleUrl, type Secrets, secretsOf } from './secrets.ts';

/** `npm run compose -- [up|down|…]`: every part in a container, with the installed Docker. */
const composeFile = fileURLToPath(new URL('../../compose.yaml', import.meta.url));
const folder = path.resolve(process.env['DATA_DIR'] ?? '.data', 'compose');
const words = process.argv.slice(2);

if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0) {
  console.error(
    'npm run compose needs Docker with its compose plugin (https://docs.docker.com/engine/install). ' +
      'Without it, npm run start:distributed runs the same processes on this machine.',
  );
  process.exitCode = 1;
} else {
  const password = prepareSecrets();
  if (password !== undefined) console.log(`Admin admin / ${password} (kept in ${folder}/bootstrap.env)`);
  const command = words.length === 0 ? ['up', '--build'] : words;
  const child = spawn('docker', ['compose', '--file', composeFile, ...command], {
    stdio: 'inherit',
    env: { ...process.env, COMPOSE_SECRETS: folder },
  });
  // Docker receives Ctrl-C too. So this process ignores it, and ends when `docker compose` ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

/** Writes the files of environment variables on the first run. In that case it returns the administrator's password. */
function prepareSecrets(): string | undefined {
  if (existsSync(path.join(folder, 'bootstrap.env'))) return undefined;
  const secrets = makeSecrets();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, variables] of Object.entries(filesOf(secrets))) {
    const lines = Object.entries(variables).map(([variable, value]) => `${variable}='${value}'`);
    writeFileSync(path.join(folder, `${name}.env`), `${lines.join('\n')}\n`, { mode: 0o600 });
  }
  return secrets.adminPassword;
}

function filesOf(secrets: Secrets): Record<string, Record<string, string | undefined>> {
  const admin = `postgres://postgres:${secrets.postgresPassword}@postgres:5432/postgres`;
  const ofServices = processNames.map(
    (name) => [name, secretsOf(name, secrets, roleUrl(name, secrets, admin))] as const,
  );
  return {
    ...Object.fromEntries(ofServices),
    postgres: { POSTGRES_PASSWORD: secrets.postgresPassword },
    admin: { ADMIN_DATABASE_URL: admin },
    // This file is written last, because its existence proves that all the others exist.
    bootstrap: { ADMIN_USERNAME: 'admin', ADMIN_PASSWORD: secrets.adminPassword },
  };
}
