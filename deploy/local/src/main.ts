import { runMain } from '@drippulse/process';
import { banner } from './banner.ts';
import { readSettings, type Settings } from './config.ts';
import { checkPort, explainAndExit, fileLogger } from './console.ts';
import { startPlatform } from './platform.ts';
import { loadSecrets } from './secrets.ts';

const startedAt = performance.now();
let settings: Settings | undefined;
try {
  settings = readSettings(process.env);
  await checkPort(settings.host, settings.port);
  await checkPort(settings.opsHost, settings.opsPort);
  await start(settings);
} catch (error) {
  explainAndExit(error, settings);
}

async function start(settings: Settings): Promise<void> {
  const secrets = loadSecrets(settings.dataDir, settings.adminPassword);
  const { log, logFile } = fileLogger(settings.dataDir);
  await runMain(async () => {
    // A failure is reported here in one sentence, because runMain would print the whole error.
    const platform = await startPlatform(settings, secrets, log, console.log).catch((error: unknown) =>
      explainAndExit(error, settings),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(banner(settings, secrets, { ...platform, seconds, logFile }));
    return {
      async stop() {
        console.log('Stopping …');
        await platform.stop();
        console.log('Stopped.');
      },
    };
  });
}
