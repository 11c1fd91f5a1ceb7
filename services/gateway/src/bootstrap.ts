import { readBootstrapConfig } from './config.ts';
import { bootstrapIdentity } from './identity/organizations/index.ts';

// Executable that creates the first organization and its administrator in an installation that has none.
const { databaseUrl, username, password } = readBootstrapConfig(process.env);
await bootstrapIdentity(databaseUrl, { username, password });
console.log(`identity: the first organization and its administrator "${username}" are there`);
