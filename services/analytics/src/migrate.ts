import { runMigration } from '@drippulse/service';
import { migrations } from './db/migrations/index.ts';

if (import.meta.main) await runMigration({ name: 'analytics', migrations });
