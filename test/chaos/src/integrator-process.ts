import { service } from '@drippulse/integrations';
import { runService } from './run-service.ts';

/** The service that performs steps at providers. */
await runService(service);
