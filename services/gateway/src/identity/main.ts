import { runService } from '@drippulse/service';
import { service } from './service.ts';

// Identity in a process of its own. The gateway of this layout has the address of identity set.
await runService(service);
