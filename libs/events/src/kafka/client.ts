import type { Logger } from '@drippulse/observability';
import type { Kafka, logCreator, RetryOptions } from 'kafkajs';
import type { KafkaSettings } from './kafka-env.ts';
import { liveSockets } from './live-sockets.ts';
import { securityOf } from './security.ts';

/**
 * Number of retries, in practice endless, so that a consumer survives any outage and continues within a second of its
 * end.
 */
export const endlessRetry: RetryOptions = {
  retries: 1_000_000,
  initialRetryTime: 100,
  maxRetryTime: 1000,
  multiplier: 2,
  factor: 0.2,
};

/**
 * Retries for about three seconds, because callers that send or query retry indefinitely themselves, and have their own
 * deadline.
 */
export const shortRetry: RetryOptions = { ...endlessRetry, retries: 5 };

/**
 * Makes a client named `clientId` that connects to these brokers. The log lines of kafkajs are written to `log`.
 * kafkajs is loaded here, because processes of `npm start` need no Kafka.
 */
export async function createClient(options: {
  brokers: string[];
  clientId: string;
  settings: KafkaSettings;
  log: Logger;
  retry: RetryOptions;
  requestTimeoutMs: number;
  /**
   * Time without a byte after which a connection with a pending request is broken. It is longer than any request may
   * take.
   */
  silenceMs: number;
}): Promise<Kafka> {
  const { default: kafkajs } = await import('kafkajs');
  return new kafkajs.Kafka({
    ...securityOf(options.settings),
    brokers: options.brokers,
    clientId: options.clientId,
    retry: options.retry,
    connectionTimeout: 3000,
    requestTimeout: options.requestTimeoutMs,
    socketFactory: liveSockets(options.silenceMs),
    logLevel: kafkajs.logLevel.WARN,
    logCreator: logTo(options.log, kafkajs.logLevel.ERROR),
  });
}

/**
 * Logs each message one level lower than kafkajs does, because kafkajs reports rebalances, restarts of brokers and each
 * of its attempts as errors.
 */
function logTo(log: Logger, errorLevel: number): logCreator {
  return () =>
    ({ level, namespace, log: { message, timestamp: _, ...fields } }) => {
      const line = { kafkajs: namespace, ...fields };
      if (level === errorLevel) log.info(line, message);
      else log.debug(line, message);
    };
}
