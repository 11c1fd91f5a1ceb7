import { service } from '@drippulse/analytics';
import { runService } from './run-service.ts';

/** The service of analytics. */
await runService(service);
