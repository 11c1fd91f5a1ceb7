import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readSettings } from './config.ts';
import { explainAndExit } from './console.ts';
import { reservePostgres } from './postgres.ts';
import { readSecrets, StartError } from './secrets.ts';

/**
 * The command `npm run reset` empties the data folder, after a question (or with `-- --yes`), and never while the
 * platform is running.
 */
try {
  const settings = readSettings(process.env);
  const secrets = readSecrets(path.join(settings.dataDir, 'secrets.json'));
  if (secrets === undefined)
    throw new StartError(`${settings.dataDir} holds no installation; there is nothing to reset.`);
  if (settings.databaseUrl !== undefined) {
    throw new StartError(
      'npm run reset empties the embedded database only. Unset DATABASE_URL, or drop its schemas yourself.',
    );
  }
  if (await isConfirmed(settings.dataDir)) {
    if (existsSync(path.join(settings.dataDir, 'postgres'))) {
      const postgres = await reservePostgres(settings, secrets, () => undefined);
      await postgres.release();
    }
    rmSync(settings.dataDir, { recursive: true, force: true });
    console.log(`${settings.dataDir} is gone. npm start makes a new one.`);
  }
} catch (error) {
  explainAndExit(error);
}

async function isConfirmed(dataDir: string): Promise<boolean> {
  if (process.argv.includes('--yes')) return true;
  if (!process.stdin.isTTY)
    throw new StartError('npm run reset asks first and there is nobody to ask; say npm run reset -- --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    `Delete everything in ${dataDir}: organizations, workflows, enrollments, keys? Type yes: `,
  );
  terminal.close();
  return answer.trim().toLowerCase() === 'yes';
}
