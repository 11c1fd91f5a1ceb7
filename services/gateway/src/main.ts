import { runService } from '@drippulse/service';
import { service as identity } from './identity/service.ts';
import { service } from './service.ts';

await runService(service, identity);
