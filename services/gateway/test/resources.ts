import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark, _made, get) => {
  const project = await post('/projects', { name: mark });
  const member = await post('/team_members', { email: `${mark}@example.com`, role: 'viewer' });
  const key = await post('/api_keys', { name: mark });
  const domain = await post('/account/domains', { domain: `${mark}.example` });
  // An organization has only one provider.
  await get('/account/sso').catch(() =>
    post('/account/sso', { issuer: 'https://issuer.example', client_id: mark, client_secret: mark }),
  );
  const account = await get('/account');
  return {
    'identity.OwnOrganization': account.id,
    projects: project.id,
    team_members: member.id,
    invitations: member.id,
    api_keys: key.id,
    domains: domain.id,
    // No user has a session with this id. A real session belongs to a user and ends with its token.
    sessions: '0190a8a0-7e3a-7c4e-9d39-0e0d1c2b3a49',
  };
};
