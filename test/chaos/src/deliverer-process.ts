import { service } from '@drippulse/webhooks';
import { runService } from './run-service.ts';

/** The service that delivers webhooks. */
await runService(service);
