import { service } from '@drippulse/agents';
import { runService } from './run-service.ts';

/** The agents service. */
await runService(service);
