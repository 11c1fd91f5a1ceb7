import type { ServiceImpl } from '@connectrpc/connect';
import { AuditService } from '@drippulse/proto/drippulse/identity/v1/audit_pb';
import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { DashboardSessionService } from '@drippulse/proto/drippulse/identity/v1/dashboard_session_pb';
import {
  AccountService,
  ApiKeysService,
  IdentityService,
  ProjectsService,
  SessionsService,
  TeamMembersService,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { InvitationsService } from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import { LinkPagesService } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { MfaService, SecurityService } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { OrganizationDeletionService } from '@drippulse/proto/drippulse/identity/v1/organization_deletion_pb';
import { OwnAccountService } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { SignInLinkPagesService } from '@drippulse/proto/drippulse/identity/v1/sign_in_link_pages_pb';
import { SignInPagesService } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { AccountSignInService } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { SignUpService } from '@drippulse/proto/drippulse/identity/v1/sign_up_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { cancelOrganizationDeletion } from './cancel-organization-deletion.ts';
import { changeEmail } from './change-email.ts';
import { checkProject } from './check-project.ts';
import { chooseOrganization } from './choose-organization.ts';
import { confirmEmail } from './confirm-email.ts';
import { confirmMfa } from './confirm-mfa.ts';
import { confirmSignUp } from './confirm-sign-up.ts';
import { createApiKey } from './create-api-key.ts';
import { createDashboardSession } from './create-dashboard-session.ts';
import { createDomain } from './create-domain.ts';
import { createInvitation } from './create-invitation.ts';
import { createProject } from './create-project.ts';
import { createSso } from './create-sso.ts';
import { createTeamMember } from './create-team-member.ts';
import { deleteDashboardSession } from './delete-dashboard-session.ts';
import { deleteDomain } from './delete-domain.ts';
import { deleteInvitation } from './delete-invitation.ts';
import { deleteProject } from './delete-project.ts';
import { deleteSso } from './delete-sso.ts';
import { deleteTeamMember } from './delete-team-member.ts';
import { disableMfa } from './disable-mfa.ts';
import { endSession } from './end-session.ts';
import { enrollMfa } from './enroll-mfa.ts';
import { exportAuditEvents } from './export-audit-events.ts';
import { exportOrganization } from './export-organization.ts';
import { findMembers } from './find-members.ts';
import { findSso } from './find-sso.ts';
import { finishGoogleSignIn } from './finish-google-sign-in.ts';
import { finishSsoSignIn } from './finish-sso-sign-in.ts';
import { forgetPassword } from './forget-password.ts';
import { getAccount } from './get-account.ts';
import { getActorRole } from './get-actor-role.ts';
import { getApiKey } from './get-api-key.ts';
import { getApiKeyUsage } from './get-api-key-usage.ts';
import { getMfa } from './get-mfa.ts';
import { getNotifications } from './get-notifications.ts';
import { getOrganizationDeletion } from './get-organization-deletion.ts';
import { getOwnAddress } from './get-own-address.ts';
import { getProject } from './get-project.ts';
import { getSecurity } from './get-security.ts';
import { getSso } from './get-sso.ts';
import { getTeamMember } from './get-team-member.ts';
import { linkSignIn } from './link-sign-in.ts';
import { listApiKeys } from './list-api-keys.ts';
import { listAuditEvents } from './list-audit-events.ts';
import { listDomains } from './list-domains.ts';
import { listInvitations } from './list-invitations.ts';
import { listOrganizationIds } from './list-organization-ids.ts';
import { listOwnOrganizations } from './list-own-organizations.ts';
import { listProjects } from './list-projects.ts';
import { listRecipients } from './list-recipients.ts';
import { listSessions } from './list-sessions.ts';
import { listTeamMembers } from './list-team-members.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { logoutAll } from './logout-all.ts';
import { recordApiKeyUsage } from './record-api-key-usage.ts';
import { replaceRecoveryCodes } from './replace-recovery-codes.ts';
import { requestOrganizationDeletion } from './request-organization-deletion.ts';
import { resetPassword } from './reset-password.ts';
import { resolveCredential } from './resolve-credential.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { showAddressChange } from './show-address-change.ts';
import { showForgottenPassword } from './show-forgotten-password.ts';
import { showInvitation } from './show-invitation.ts';
import { showNewPassword } from './show-new-password.ts';
import { showSignIn } from './show-sign-in.ts';
import { showSignInLink } from './show-sign-in-link.ts';
import { showSignUp } from './show-sign-up.ts';
import { showSignUpLink } from './show-sign-up-link.ts';
import { signUp } from './sign-up.ts';
import { startGoogleSignIn } from './start-google-sign-in.ts';
import { startSsoSignIn } from './start-sso-sign-in.ts';
import { submitAddressChange } from './submit-address-change.ts';
import { submitForgottenPassword } from './submit-forgotten-password.ts';
import { submitInvitation } from './submit-invitation.ts';
import { submitNewPassword } from './submit-new-password.ts';
import { submitSignIn } from './submit-sign-in.ts';
import { submitSignInCode } from './submit-sign-in-code.ts';
import { submitSignInLink } from './submit-sign-in-link.ts';
import { submitSignUp } from './submit-sign-up.ts';
import { submitSignUpLink } from './submit-sign-up-link.ts';
import { switchDashboardSession } from './switch-dashboard-session.ts';
import { switchOrganization } from './switch-organization.ts';
import { updateAccount } from './update-account.ts';
import { updateApiKey } from './update-api-key.ts';
import { updateNotifications } from './update-notifications.ts';
import { updateProject } from './update-project.ts';
import { updateSecurity } from './update-security.ts';
import { updateSso } from './update-sso.ts';
import { updateTeamMember } from './update-team-member.ts';
import { verifyDomain } from './verify-domain.ts';
import { verifySession } from './verify-session.ts';

export function identityRoutes(ctx: Context): Routes {
  return (router) => {
    router.service(SessionsService, {
      login: (request, call) => login(ctx, request, call),
      logout: (request, call) => logout(ctx, request, call),
      logoutAll: (request, call) => logoutAll(ctx, request, call),
      listSessions: (request, call) => listSessions(ctx, request, call),
      endSession: (request, call) => endSession(ctx, request, call),
      verifySession: (request, call) => verifySession(ctx, request, call),
    } satisfies ServiceImpl<typeof SessionsService>);
    router.service(SignUpService, {
      signUp: (request, call) => signUp(ctx, request, call),
      confirmSignUp: (request, call) => confirmSignUp(ctx, request, call),
    } satisfies ServiceImpl<typeof SignUpService>);
    router.service(MfaService, {
      getMfa: (request, call) => getMfa(ctx, request, call),
      enrollMfa: (request, call) => enrollMfa(ctx, request, call),
      confirmMfa: (request, call) => confirmMfa(ctx, request, call),
      replaceRecoveryCodes: (request, call) => replaceRecoveryCodes(ctx, request, call),
      disableMfa: (request, call) => disableMfa(ctx, request, call),
    } satisfies ServiceImpl<typeof MfaService>);
    router.service(SecurityService, {
      getSecurity: (request, call) => getSecurity(ctx, request, call),
      updateSecurity: (request, call) => updateSecurity(ctx, request, call),
    } satisfies ServiceImpl<typeof SecurityService>);
    router.service(AuditService, {
      listAuditEvents: (request, call) => listAuditEvents(ctx, request, call),
      exportAuditEvents: (request, call) => exportAuditEvents(ctx, request, call),
    } satisfies ServiceImpl<typeof AuditService>);
    router.service(DashboardSessionService, {
      createDashboardSession: (request, call) => createDashboardSession(ctx, request, call),
      switchDashboardSession: (request, call) => switchDashboardSession(ctx, request, call),
      deleteDashboardSession: (request, call) => deleteDashboardSession(ctx, request, call),
    } satisfies ServiceImpl<typeof DashboardSessionService>);
    router.service(SignInPagesService, {
      showSignIn: (request, call) => showSignIn(ctx, request, call),
      submitSignIn: (request, call) => submitSignIn(ctx, request, call),
      submitSignInCode: (request, call) => submitSignInCode(ctx, request, call),
      linkSignIn: (request, call) => linkSignIn(ctx, request, call),
      chooseOrganization: (request, call) => chooseOrganization(ctx, request, call),
      startGoogleSignIn: (request, call) => startGoogleSignIn(ctx, request, call),
      finishGoogleSignIn: (request, call) => finishGoogleSignIn(ctx, request, call),
      findSso: (request, call) => findSso(ctx, request, call),
      startSsoSignIn: (request, call) => startSsoSignIn(ctx, request, call),
      finishSsoSignIn: (request, call) => finishSsoSignIn(ctx, request, call),
    } satisfies ServiceImpl<typeof SignInPagesService>);
    router.service(SignInLinkPagesService, {
      showSignInLink: (request, call) => showSignInLink(ctx, request, call),
      submitSignInLink: (request, call) => submitSignInLink(ctx, request, call),
    } satisfies ServiceImpl<typeof SignInLinkPagesService>);
    router.service(LinkPagesService, {
      showInvitation: (request, call) => showInvitation(ctx, request, call),
      submitInvitation: (request, call) => submitInvitation(ctx, request, call),
      showNewPassword: (request, call) => showNewPassword(ctx, request, call),
      submitNewPassword: (request, call) => submitNewPassword(ctx, request, call),
      showForgottenPassword: (request, call) => showForgottenPassword(ctx, request, call),
      submitForgottenPassword: (request, call) => submitForgottenPassword(ctx, request, call),
      showAddressChange: (request, call) => showAddressChange(ctx, request, call),
      submitAddressChange: (request, call) => submitAddressChange(ctx, request, call),
      showSignUp: (request, call) => showSignUp(ctx, request, call),
      submitSignUp: (request, call) => submitSignUp(ctx, request, call),
      showSignUpLink: (request, call) => showSignUpLink(ctx, request, call),
      submitSignUpLink: (request, call) => submitSignUpLink(ctx, request, call),
    } satisfies ServiceImpl<typeof LinkPagesService>);
    router.service(AccountSignInService, {
      listDomains: (request, call) => listDomains(ctx, request, call),
      createDomain: (request, call) => createDomain(ctx, request, call),
      verifyDomain: (request, call) => verifyDomain(ctx, request, call),
      deleteDomain: (request, call) => deleteDomain(ctx, request, call),
      getSso: (request, call) => getSso(ctx, request, call),
      createSso: (request, call) => createSso(ctx, request, call),
      updateSso: (request, call) => updateSso(ctx, request, call),
      deleteSso: (request, call) => deleteSso(ctx, request, call),
    } satisfies ServiceImpl<typeof AccountSignInService>);
    router.service(ApiKeysService, {
      listApiKeys: (request, call) => listApiKeys(ctx, request, call),
      createApiKey: (request, call) => createApiKey(ctx, request, call),
      getApiKeyUsage: (request, call) => getApiKeyUsage(ctx, request, call),
      getApiKey: (request, call) => getApiKey(ctx, request, call),
      updateApiKey: (request, call) => updateApiKey(ctx, request, call),
      revokeApiKey: (request, call) => revokeApiKey(ctx, request, call),
    } satisfies ServiceImpl<typeof ApiKeysService>);
    router.service(TeamMembersService, {
      listTeamMembers: (request, call) => listTeamMembers(ctx, request, call),
      createTeamMember: (request, call) => createTeamMember(ctx, request, call),
      getTeamMember: (request, call) => getTeamMember(ctx, request, call),
      updateTeamMember: (request, call) => updateTeamMember(ctx, request, call),
      deleteTeamMember: (request, call) => deleteTeamMember(ctx, request, call),
    } satisfies ServiceImpl<typeof TeamMembersService>);
    router.service(InvitationsService, {
      listInvitations: (request, call) => listInvitations(ctx, request, call),
      createInvitation: (request, call) => createInvitation(ctx, request, call),
      deleteInvitation: (request, call) => deleteInvitation(ctx, request, call),
      acceptInvitation: (request, call) => acceptInvitation(ctx, request, call),
    } satisfies ServiceImpl<typeof InvitationsService>);
    router.service(OwnAccountService, {
      listOwnOrganizations: (request, call) => listOwnOrganizations(ctx, request, call),
      forgetPassword: (request, call) => forgetPassword(ctx, request, call),
      resetPassword: (request, call) => resetPassword(ctx, request, call),
      changeEmail: (request, call) => changeEmail(ctx, request, call),
      confirmEmail: (request, call) => confirmEmail(ctx, request, call),
      switchOrganization: (request, call) => switchOrganization(ctx, request, call),
    } satisfies ServiceImpl<typeof OwnAccountService>);
    router.service(ProjectsService, {
      listProjects: (request, call) => listProjects(ctx, request, call),
      createProject: (request, call) => createProject(ctx, request, call),
      getProject: (request, call) => getProject(ctx, request, call),
      updateProject: (request, call) => updateProject(ctx, request, call),
      deleteProject: (request, call) => deleteProject(ctx, request, call),
    } satisfies ServiceImpl<typeof ProjectsService>);
    router.service(OrganizationDeletionService, {
      exportOrganization: (request, call) => exportOrganization(ctx, request, call),
      getOrganizationDeletion: (request, call) => getOrganizationDeletion(ctx, request, call),
      requestOrganizationDeletion: (request, call) => requestOrganizationDeletion(ctx, request, call),
      cancelOrganizationDeletion: (request, call) => cancelOrganizationDeletion(ctx, request, call),
    } satisfies ServiceImpl<typeof OrganizationDeletionService>);
    router.service(AccountService, {
      getAccount: (request, call) => getAccount(ctx, request, call),
      updateAccount: (request, call) => updateAccount(ctx, request, call),
      getNotifications: (request, call) => getNotifications(ctx, request, call),
      updateNotifications: (request, call) => updateNotifications(ctx, request, call),
    } satisfies ServiceImpl<typeof AccountService>);
    router.service(IdentityService, {
      checkProject: (request, call) => checkProject(ctx, request, call),
      findMembers: (request, call) => findMembers(ctx, request, call),
      listRecipients: (request, call) => listRecipients(ctx, request, call),
      listOrganizationIds: (request, call) => listOrganizationIds(ctx, request, call),
      getActorRole: (request, call) => getActorRole(ctx, request, call),
      getOwnAddress: (request, call) => getOwnAddress(ctx, request, call),
    } satisfies ServiceImpl<typeof IdentityService>);
    router.service(CredentialsService, {
      resolveCredential: (request) => resolveCredential(ctx, request),
      recordApiKeyUsage: (request) => recordApiKeyUsage(ctx, request),
    } satisfies ServiceImpl<typeof CredentialsService>);
  };
}
