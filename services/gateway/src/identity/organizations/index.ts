export { createApiKeyText } from '../api-keys/format.ts';
export { bootstrapIdentity } from './bootstrap.ts';
export { connectIdentity, type Identity } from './connect.ts';
export { createOrganization } from './create.ts';
export { listOrganizations } from './list.ts';
export { resetPassword } from './reset-password.ts';
