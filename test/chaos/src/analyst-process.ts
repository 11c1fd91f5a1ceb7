import { service } from '@drippulse/analytics';
import { runService } from './run-service.ts';

/** The analytics service. */
await runService(service);
