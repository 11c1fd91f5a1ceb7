import { runService } from '@drippulse/service';
import { service } from './service.ts';

// Runs the identity service in a process of its own. In this layout, the gateway is configured with the address of this
// process.
await runService(service);
