import { service } from '@drippulse/crm';
import { runService } from './run-service.ts';

/** The CRM. */
await runService(service);
