export { createApiKeyText } from '../../credential-texts/api-key.ts';
export { bootstrapIdentity } from './bootstrap.ts';
export { connectIdentity, type Identity } from './connect.ts';
export { createOrganization } from './create.ts';
export { listOrganizations } from './list.ts';
export { resetPassword } from './reset-password.ts';
