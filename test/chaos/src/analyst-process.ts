import { service } from '@drippulse/analytics';
import { runService } from './run-service.ts';

/** The service that counts. */
await runService(service);
