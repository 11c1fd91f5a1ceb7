import { service } from '@drippulse/agents';
import { runService } from './run-service.ts';

/** The service of agents. */
await runService(service);
