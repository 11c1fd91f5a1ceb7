import { runService } from '@drippulse/service';
import { service } from './service.ts';

await runService(service);
