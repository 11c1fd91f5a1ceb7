import { service } from '@drippulse/billing';
import { runService } from './run-service.ts';

/** Billing. */
await runService(service);
