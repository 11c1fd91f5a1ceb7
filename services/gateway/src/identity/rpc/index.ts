import type { ServiceImpl } from '@connectrpc/connect';
import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import {
  AccountService,
  ApiKeysService,
  IdentityService,
  ProjectsService,
  SessionsService,
  TeamMembersService,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { checkProject } from './check-project.ts';
import { createApiKey } from './create-api-key.ts';
import { createProject } from './create-project.ts';
import { createTeamMember } from './create-team-member.ts';
import { deleteProject } from './delete-project.ts';
import { deleteTeamMember } from './delete-team-member.ts';
import { findMembers } from './find-members.ts';
import { getAccount } from './get-account.ts';
import { getApiKey } from './get-api-key.ts';
import { getApiKeyUsage } from './get-api-key-usage.ts';
import { getProject } from './get-project.ts';
import { getTeamMember } from './get-team-member.ts';
import { listApiKeys } from './list-api-keys.ts';
import { listProjects } from './list-projects.ts';
import { listTeamMembers } from './list-team-members.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { recordApiKeyUsage } from './record-api-key-usage.ts';
import { resolveCredential } from './resolve-credential.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { updateAccount } from './update-account.ts';
import { updateProject } from './update-project.ts';
import { updateTeamMember } from './update-team-member.ts';
import { verifySession } from './verify-session.ts';

export function identityRoutes(ctx: Context): Routes {
  return (router) => {
    router.service(SessionsService, {
      login: (request, call) => login(ctx, request, call),
      logout: (request, call) => logout(ctx, request, call),
      verifySession: (request, call) => verifySession(ctx, request, call),
    } satisfies ServiceImpl<typeof SessionsService>);
    router.service(ApiKeysService, {
      listApiKeys: (request, call) => listApiKeys(ctx, request, call),
      createApiKey: (request, call) => createApiKey(ctx, request, call),
      getApiKeyUsage: (request, call) => getApiKeyUsage(ctx, request, call),
      getApiKey: (request, call) => getApiKey(ctx, request, call),
      revokeApiKey: (request, call) => revokeApiKey(ctx, request, call),
    } satisfies ServiceImpl<typeof ApiKeysService>);
    router.service(TeamMembersService, {
      listTeamMembers: (request, call) => listTeamMembers(ctx, request, call),
      createTeamMember: (request, call) => createTeamMember(ctx, request, call),
      getTeamMember: (request, call) => getTeamMember(ctx, request, call),
      updateTeamMember: (request, call) => updateTeamMember(ctx, request, call),
      deleteTeamMember: (request, call) => deleteTeamMember(ctx, request, call),
    } satisfies ServiceImpl<typeof TeamMembersService>);
    router.service(ProjectsService, {
      listProjects: (request, call) => listProjects(ctx, request, call),
      createProject: (request, call) => createProject(ctx, request, call),
      getProject: (request, call) => getProject(ctx, request, call),
      updateProject: (request, call) => updateProject(ctx, request, call),
      deleteProject: (request, call) => deleteProject(ctx, request, call),
    } satisfies ServiceImpl<typeof ProjectsService>);
    router.service(AccountService, {
      getAccount: (request, call) => getAccount(ctx, request, call),
      updateAccount: (request, call) => updateAccount(ctx, request, call),
    } satisfies ServiceImpl<typeof AccountService>);
    router.service(IdentityService, {
      checkProject: (request, call) => checkProject(ctx, request, call),
      findMembers: (request, call) => findMembers(ctx, request, call),
    } satisfies ServiceImpl<typeof IdentityService>);
    router.service(CredentialsService, {
      resolveCredential: (request) => resolveCredential(ctx, request),
      recordApiKeyUsage: (request) => recordApiKeyUsage(ctx, request),
    } satisfies ServiceImpl<typeof CredentialsService>);
  };
}
