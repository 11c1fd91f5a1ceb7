import type { Logger } from '@drippulse/observability';
import kafkajs, { type Kafka, type logCreator, type RetryOptions } from 'kafkajs';
import type { KafkaSettings } from './kafka-env.ts';
import { securityOf } from './security.ts';

/** Practically endless: a consumer outlives any outage and is back within a second of its end. */
export const endlessRetry: RetryOptions = {
  retries: 1_000_000,
  initialRetryTime: 100,
  maxRetryTime: 1000,
  multiplier: 2,
  factor: 0.2,
};

/** About three seconds: whoever sends or asks has its own endless loop, and its own deadline. */
export const shortRetry: RetryOptions = { ...endlessRetry, retries: 5 };

/** Connects to the brokers as `clientId`; what kafkajs has to say goes to our log. */
export function createClient(options: {
  brokers: string[];
  clientId: string;
  settings: KafkaSettings;
  log: Logger;
  retry: RetryOptions;
  requestTimeoutMs: number;
}): Kafka {
  return new kafkajs.Kafka({
    ...securityOf(options.settings),
    brokers: options.brokers,
    clientId: options.clientId,
    retry: options.retry,
    connectionTimeout: 3000,
    requestTimeout: options.requestTimeoutMs,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: logTo(options.log),
  });
}

/** A level lower than kafkajs says: it reports a rebalance or a broker that restarts as errors, and each of its tries. */
function logTo(log: Logger): logCreator {
  return () =>
    ({ level, namespace, log: { message, timestamp: _, ...fields } }) => {
      const line = { kafkajs: namespace, ...fields };
      if (level === kafkajs.logLevel.ERROR) log.info(line, message);
      else log.debug(line, message);
    };
}
