import path from 'node:path';
import {
  createEmbeddedTransport,
  createKafkaTransport,
  type DeadLetter,
  type EventTransport,
  readDeadLetters,
  redrive,
} from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { readProcessEnv } from '@drippulse/service';
import { Command } from 'commander';
import { readSettings, type Settings } from './config.ts';
import { explainAndExit } from './console.ts';
import { borrowPostgres } from './postgres.ts';
import { provision } from './schemas.ts';
import { eventSchema, readSecrets, StartError } from './secrets.ts';
import { topics } from './topics.ts';

/**
 * The command `npm run dead-letters -- …`, for events that a consumer could not handle, in Kafka or in the embedded
 * log.
 */
const program = new Command('npm run dead-letters --')
  .description('Lists, shows and redrives events that a consumer gave up. Honours KAFKA_BROKERS, else DATA_DIR.')
  .showHelpAfterError();

program
  .command('list')
  .description('one line each: topic, partition, offset, when, group, type, reason')
  .argument('[topic]', 'topic that the events were published to; all unless given')
  .action((topic: string | undefined) =>
    withTransport(async (transport) => {
      for (const name of topic === undefined ? topics : [topic]) {
        await readDeadLetters(transport, name, async (letter) => console.log(lineOf(name, letter)));
      }
    }),
  );

program
  .command('show')
  .description('the headers of one, and its value in base64')
  .argument('<topic>')
  .argument('<partition>')
  .argument('<offset>')
  .action((topic: string, partition: string, offset: string) =>
    withTransport(async (transport) => {
      let isFound = false;
      await readDeadLetters(transport, topic, async (letter) => {
        if (!isAt(letter, partition, offset)) return;
        isFound = true;
        for (const [name, value] of Object.entries(letter.message.headers)) console.log(`${name}: ${value}`);
        console.log(`value: ${Buffer.from(letter.message.value).toString('base64')}`);
      });
      if (!isFound) throw new StartError(`There is no dead letter of ${topic} at ${partition} ${offset}.`);
    }),
  );

program
  .command('redrive')
  .description('puts dead letters back on their topic: the one that is named, or all of the topic')
  .argument('<topic>')
  .argument('[partition]')
  .argument('[offset]')
  .action((topic: string, partition: string | undefined, offset: string | undefined) =>
    withTransport(async (transport) => {
      const count = await redrive(
        transport,
        topic,
        (letter) => partition === undefined || isAt(letter, partition, offset ?? ''),
      );
      console.log(`${count} redriven`);
    }),
  );

await program.parseAsync();

function lineOf(topic: string, { partition, offset, time, group, type, reason }: DeadLetter): string {
  return [topic, partition, offset, time, group, type, reason.replaceAll(/\s+/g, ' ')].join('\t');
}

function isAt(letter: DeadLetter, partition: string, offset: string): boolean {
  return String(letter.partition) === partition && String(letter.offset) === offset;
}

async function withTransport(work: (transport: EventTransport) => Promise<void>): Promise<void> {
  const settings = readSettings(process.env);
  try {
    await (settings.kafkaBrokers === undefined
      ? withEmbedded(settings, work)
      : withKafka(settings.kafkaBrokers.split(','), work));
  } catch (error) {
    explainAndExit(error, settings);
  }
}

async function withKafka(brokers: string[], work: (transport: EventTransport) => Promise<void>): Promise<void> {
  const { kafka } = readProcessEnv(process.env);
  const log = createLogger({ level: 'silent' });
  const transport = createKafkaTransport({ brokers, clientId: 'dead-letters', log, settings: kafka });
  try {
    await work(transport);
  } finally {
    await transport.close();
  }
}

async function withEmbedded(settings: Settings, work: (transport: EventTransport) => Promise<void>): Promise<void> {
  const secrets = readSecrets(path.join(settings.dataDir, 'secrets.json'));
  if (secrets === undefined) throw new StartError(`${settings.dataDir} holds no installation yet.`);
  const postgres = await borrowPostgres(settings, secrets);
  try {
    const url = await provision(postgres.adminUrl, secrets, eventSchema);
    const transport = createEmbeddedTransport({ url, log: createLogger({ level: 'silent' }) });
    try {
      await work(transport);
    } finally {
      await transport.close();
    }
  } finally {
    await postgres.leave();
  }
}
