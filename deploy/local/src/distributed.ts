import { runMain } from '@drippulse/process';
import { publicService } from '@drippulse/topology';
import { banner } from './banner.ts';
import { readSettings, type Settings } from './config.ts';
import { checkPort, explainAndExit, fileLogger } from './console.ts';
import { startDistributed } from './distributed-platform.ts';
import { loadSecrets } from './secrets.ts';

/** `npm run start:distributed`: each service in its own process, over gRPC, on real PostgreSQL, Kafka and Redis. */
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
    const platform = await startDistributed(settings, secrets, { log, onProgress: console.log, places: 1 }).catch(
      (error: unknown) => explainAndExit(error, settings),
    );
    const { processes, logDir } = platform;
    const front = processes.find(({ service }) => service === publicService);
    const seconds = (performance.now() - startedAt) / 1000;
    const { publicPort: port = 0, opsPort = 0 } = front ?? {};
    console.log(banner({ ...settings, port }, secrets, { port, opsPort, seconds, logFile: logDir }));
    for (const { service, pid, grpcPort, opsPort } of processes) {
      console.log(`  ${service.padEnd(20)} process ${pid}, gRPC ${grpcPort}, operations ${opsPort}`);
    }
    log.info({ logFile }, 'ready');
    return {
      async stop() {
        console.log('Stopping …');
        await platform.stop();
        console.log('Stopped.');
      },
    };
  });
}
