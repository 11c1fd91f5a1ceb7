import { runService } from '@drippulse/service';
import { service } from './service.ts';

// Runs identity in a process of its own. The gateway of this layout has the address of identity configured.
await runService(service);
