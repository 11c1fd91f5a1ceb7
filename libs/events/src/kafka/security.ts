import { readFileSync } from 'node:fs';
import type { KafkaConfig } from 'kafkajs';
import type { KafkaSettings } from './kafka-env.ts';

/** Returns the TLS and credentials of kafkajs. Reads the files once. */
export function securityOf({ ssl, sasl }: KafkaSettings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return {
    ...(ssl && {
      ssl: {
        ...(ssl.caFile && { ca: [readFileSync(ssl.caFile)] }),
        ...(ssl.certFile && { cert: readFileSync(ssl.certFile) }),
        ...(ssl.keyFile && { key: readFileSync(ssl.keyFile) }),
      },
    }),
    ...(sasl && { sasl: saslOf(sasl) }),
  };
}

/** Returns the credentials in the form of kafkajs, which has a type for each mechanism. */
function saslOf({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>): KafkaConfig['sasl'] {
  if (mechanism === 'plain') return { mechanism, username, password };
  if (mechanism === 'scram-sha-256') return { mechanism, username, password };
  return { mechanism, username, password };
}
