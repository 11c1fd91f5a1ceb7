import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { getOption } from '@bufbuild/protobuf';
import { isRepeatable, type Route } from '@drippulse/gateway/routes';
import { file_drippulse_rest_v1_reasons } from '@drippulse/proto/drippulse/rest/v1/reasons_pb';
import { reason } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { expect, test } from '@jest/globals';
import { filesOf, operationsOf } from '../src/openapi/operations.ts';
import type { Answer, Question } from './mentioned-reasons.ts';

const api = { services: [...publicServices], reasons: [], schemas: [], events: [] };
const files = filesOf(api);
const operations = operationsOf(api, files);

/**
 * Reasons that no method returns: faults, which the document has as `default`, and reasons that only the gateway and
 * the transport return.
 */
const notOfMethods: ReadonlySet<string> = new Set(['unauthenticated', 'message_too_large']);
const reasons = new Set(
  [...files, file_drippulse_rest_v1_reasons]
    .flatMap((file) => getOption(file, reason))
    .filter(({ name, status }) => status < 500 && !notOfMethods.has(name))
    .map(({ name }) => name),
);

/** Reasons of the errors that `transact` throws. Only repeatable methods can return them. */
const ofRepeats = ['invalid_idempotency_key', 'idempotency_in_progress', 'idempotency_key_reused', 'answer_erased'];

/**
 * Declarations that are not followed. The table of effects is used only for the deadlines of interrupted attempts.
 * Methods other than lists also read pages, but the platform itself chooses the page parameters. Outcomes of the
 * platform's own requests have separate codes, some of which equal a reason.
 */
const notFollowed = ['effectTypeOf', 'readPage', 'startOf', 'mayHaveBeenSent', 'neverSent', 'lasting', 'HttpFailure'];

/** Reasons in code that serves several methods, some of which cannot return them. */
const impossible: Readonly<Record<string, readonly string[]>> = {
  // The mail of sendTestMail goes through integrations, which run no agent.
  sendTestMail: [
    ...['agent_not_active', 'wrong_agent_type', 'agent_rate_limited', 'agent_not_found', 'agent_model_not_found'],
    ...['budget_exceeded', 'model_price_unknown', 'model_overrun'],
  ],
  // Scorers call no language model. A scorer's model is deleted only together with the scorer's agent.
  scoreLead: ['budget_exceeded', 'model_price_unknown', 'model_overrun', 'agent_model_not_found'],
  executeAgent: ['agent_model_not_found'],
  inferAgent: ['agent_model_not_found'],
  // If the enrollment is missing, its contact is treated as unknown.
  replayAgentExecution: ['agent_model_not_found', 'enrollment_not_found', 'workflow_not_found'],
  // An eval set belongs to an agent with a template, and is deleted with it.
  createAgentEvalCase: ['agent_not_found', 'enrollment_not_found', 'workflow_not_found'],
  startAgentEvalRun: ['agent_not_found', 'wrong_agent_type'],
  // The workflows that move to a different project are locked and valid, and their steps do not change.
  deleteProject: ['workflow_not_found', 'secret_needed', 'invalid_step_graph'],
  // These methods do not change the project.
  activateWorkflow: ['project_not_found'],
  pauseWorkflow: ['project_not_found'],
  archiveWorkflow: ['project_not_found'],
  // The workflow that is sent to the runtime was read just before.
  deleteWorkflow: ['parameter_missing'],
  // This refusal is shown on a page.
  finishConnect: ['integration_connection_limit_reached'],
  // A deleted version still has numbers, but no names.
  getAnalyticsFunnel: ['workflow_version_not_found'],
  getAnalyticsExperiments: ['workflow_version_not_found'],
  // The webhook was created just before.
  createWebhook: ['webhook_not_found'],
  // The connection was created just before.
  createAgentModelConnection: ['model_connection_not_found'],
  // Only new records are counted in a chain.
  deleteCrmAccount: ['chain_cut'],
  deleteCrmContact: ['chain_cut'],
  deleteCrmLead: ['chain_cut'],
  deleteCrmOpportunity: ['chain_cut'],
  deleteCrmActivity: ['chain_cut'],
  eraseCrmContact: ['chain_cut'],
  // The merged records release their external ids before the survivor takes one.
  mergeCrmContacts: ['external_id_taken'],
  mergeCrmLeads: ['external_id_taken'],
  // These reasons concern members that these methods do not write.
  convertCrmLead: ['external_id_taken', 'pipeline_not_found'],
  reorderCrmOpportunities: ['external_id_taken'],
  receiveLeadScore: ['external_id_taken'],
  // The steps are generated, and name no project. The preview checks whether they can be saved.
  previewOperatorPlan: ['invalid_cursor', 'project_not_found'],
  applyOperatorPlan: [
    ...['sender_not_verified', 'invalid_step_graph', 'unsupported_integration_action', 'project_not_found'],
    // The audit trail reads rows that the same transaction created.
    ...['lead_form_not_found', 'pipeline_not_found'],
  ],
  ensureOperatorDefaults: ['lead_form_not_found', 'pipeline_not_found'],
  // Plans limit only contacts.
  createCrmAccount: ['plan_limit_reached'],
  createCrmLead: ['plan_limit_reached'],
  createCrmOpportunity: ['plan_limit_reached'],
  createCrmActivity: ['plan_limit_reached'],
  // An entry beyond a quota waits, and the event is still accepted.
  acceptEvent: ['quota_exceeded', 'payment_overdue'],
  acceptEvents: ['quota_exceeded', 'payment_overdue'],
  unsubscribe: ['quota_exceeded', 'payment_overdue'],
  reportBounces: ['quota_exceeded', 'payment_overdue'],
  // Reads never cause a payment.
  getBilling: ['payment_failed'],
  listPaymentMethods: ['payment_failed'],
  listInvoices: ['payment_failed'],
  // These refusals are shown on pages.
  submitSignIn: ['mfa_code_required', 'invalid_credentials', 'sso_required'],
  submitSignInCode: ['mfa_code_required', 'sso_required'],
  linkSignIn: ['mfa_code_required', 'invalid_credentials', 'sso_required'],
  chooseOrganization: ['sso_required', 'mfa_code_required'],
  finishGoogleSignIn: ['sso_required', 'mfa_code_required', 'link_not_valid', 'invitation_for_another_address'],
  finishSsoSignIn: [
    ...['sso_required', 'plan_limit_reached', 'mfa_code_required', 'link_not_valid', 'invitation_for_another_address'],
  ],
  submitSignInLink: ['sso_required', 'mfa_code_required', 'link_not_valid'],
  submitInvitation: ['invitation_for_another_address', 'link_not_valid'],
  submitNewPassword: ['link_not_valid'],
  submitSignUpLink: ['link_not_valid', 'sign_up_for_another_address'],
  submitAddressChange: ['link_not_valid'],
  // A submission makes a contact from generated data. If the contact's enrollment is refused, the refusal is shown to
  // the owner of the form.
  submitLeadForm: [
    ...['external_id_taken', 'contacts_required', 'contacts_empty', 'too_many_contacts', 'not_an_array'],
    ...['workflow_not_found', 'workflow_archived', 'agent_not_found', 'no_enrollments_created', 'invalid_timezone'],
    ...['quota_exceeded', 'payment_overdue'],
  ],
};

test('the document has every reason that the code of a method mentions', () => {
  const mentioned = askForMentions();
  const unserved = operations.filter(({ route }) => !route.rest.eventStream && mentioned[nameOf(route)] === undefined);
  expect(unserved.map(({ route }) => nameOf(route))).toEqual([]);
  const missing = operations.flatMap(({ route, codes }) => {
    const documented = new Set([...codes.values()].flat());
    return (mentioned[nameOf(route)] ?? [])
      .filter(([name]) => !isDocumented(name, documented))
      .filter(([name]) => !(impossible[nameOf(route)] ?? []).includes(name))
      .filter(([name]) => isRepeatable(route) || !ofRepeats.includes(name))
      .map(([name, way]) => `${nameOf(route)}: ${name} (${way.join(' > ')})`);
  });
  expect(missing).toEqual([]);
  const stale = Object.entries(impossible).flatMap(([name, listed]) =>
    listed.filter((one) => mentioned[name]?.every(([found]) => found !== one) !== false),
  );
  expect(stale).toEqual([]);
});

function askForMentions(): Answer {
  const question: Question = {
    names: operations.map(({ route }) => nameOf(route)),
    reasons: [...reasons],
    notFollowed,
  };
  const script = fileURLToPath(new URL('./mentioned-reasons.ts', import.meta.url));
  const options = { input: JSON.stringify(question), encoding: 'utf8' as const, maxBuffer: 16 << 20 };
  return JSON.parse(execFileSync(process.execPath, [script], options));
}

/** Whether a reason is documented. A template such as `${type}_not_found` matches any reason with this ending. */
function isDocumented(name: string, documented: ReadonlySet<string>): boolean {
  return name.startsWith('*') ? [...documented].some((one) => one.endsWith(name.slice(1))) : documented.has(name);
}

function nameOf({ method }: Route): string {
  return method.localName;
}
