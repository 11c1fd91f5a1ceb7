import { createLogger, type Logger } from '@drippulse/observability';

/** Logs fatal errors only; TEST_LOG_LEVEL sets another level. */
export function testLogger(): Logger {
  return createLogger({ service: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'fatal' });
}
