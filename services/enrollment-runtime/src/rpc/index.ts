import type { ServiceImpl } from '@connectrpc/connect';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { FailuresService } from '@drippulse/proto/drippulse/enrollments/v1/failures_pb';
import { HeldEntriesService } from '@drippulse/proto/drippulse/enrollments/v1/held_entries_pb';
import { ActionsService } from '@drippulse/proto/drippulse/journeys/v1/actions_pb';
import { ApprovalRequestsService, ApprovalsService } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { SettlementsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { EventsService } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { ExplainService } from '@drippulse/proto/drippulse/journeys/v1/explain_pb';
import { BouncesService } from '@drippulse/proto/drippulse/messaging/v1/bounces_pb';
import { SendingRulesService } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { SenderChecksService, SenderService } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { SuppressionsService } from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { TrackingService } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Intake } from '../events/index.ts';
import type { Permits } from '../messaging/index.ts';
import type { HitBuffer } from '../reactions/index.ts';
import { acceptEvent } from './accept-event.ts';
import { acceptEvents } from './accept-events.ts';
import { applyWorkflow } from './apply-workflow.ts';
import { approveApproval } from './approve-approval.ts';
import { bulkEnroll } from './bulk-enroll.ts';
import { cancelApproval } from './cancel-approval.ts';
import { checkSenders } from './check-senders.ts';
import { countRecords } from './count-records.ts';
import { countVersions } from './count-versions.ts';
import { countWorkflows } from './count-workflows.ts';
import { createSendingDomain } from './create-sending-domain.ts';
import { createSuppression } from './create-suppression.ts';
import { deleteEnrollment } from './delete-enrollment.ts';
import { deleteSendingDomain } from './delete-sending-domain.ts';
import { deleteSuppression } from './delete-suppression.ts';
import { explain } from './explain.ts';
import { findContact } from './find-contact.ts';
import { followLink } from './follow-link.ts';
import { getApproval } from './get-approval.ts';
import { getEnrollment } from './get-enrollment.ts';
import { getEvent } from './get-event.ts';
import { getMail } from './get-mail.ts';
import { getSender } from './get-sender.ts';
import { getSendingRules } from './get-sending-rules.ts';
import { importSuppressionsCsv } from './import-suppressions-csv.ts';
import { listAllEnrollments } from './list-all-enrollments.ts';
import { listApprovals } from './list-approvals.ts';
import { listEnrollments } from './list-enrollments.ts';
import { listEvents } from './list-events.ts';
import { listHeldEntries } from './list-held-entries.ts';
import { listSendingDomains } from './list-sending-domains.ts';
import { listSuppressions } from './list-suppressions.ts';
import { openPixel } from './open-pixel.ts';
import { pauseEnrollment } from './pause-enrollment.ts';
import { performAction } from './perform-action.ts';
import { rejectApproval } from './reject-approval.ts';
import { reportBounces } from './report-bounces.ts';
import { requestApproval } from './request-approval.ts';
import { resumeEnrollment } from './resume-enrollment.ts';
import { retryEnrollment } from './retry-enrollment.ts';
import { retryFailures } from './retry-failures.ts';
import { sendTestMail } from './send-test-mail.ts';
import { settleEffect } from './settle-effect.ts';
import { showMail } from './show-mail.ts';
import { showUnsubscribe } from './show-unsubscribe.ts';
import { unsubscribe } from './unsubscribe.ts';
import { updateSender } from './update-sender.ts';
import { updateSendingRules } from './update-sending-rules.ts';
import { verifySendingDomain } from './verify-sending-domain.ts';

/** Returns the methods of the public role, which mail clients and mail servers call. */
export function publicRoutesOf(ctx: Context, hits: HitBuffer): Routes {
  return (router) => {
    router.service(TrackingService, {
      openPixel: (request, call) => openPixel(ctx, hits, request, call),
      followLink: (request, call) => followLink(ctx, hits, request, call),
      showUnsubscribe: (request, call) => showUnsubscribe(ctx, request, call),
      unsubscribe: (request, call) => unsubscribe(ctx, request, call),
    } satisfies ServiceImpl<typeof TrackingService>);
    router.service(BouncesService, {
      reportBounces: (request, call) => reportBounces(ctx, request, call),
    } satisfies ServiceImpl<typeof BouncesService>);
  };
}

export function routesOf(
  ctx: Context,
  {
    intake,
    hits,
    permits,
    counting,
  }: { intake: Intake; hits: HitBuffer; permits: Permits; counting: { routes: Routes } },
): Routes {
  const publicRoutes = publicRoutesOf(ctx, hits);
  return (router) => {
    publicRoutes(router);
    counting.routes(router);
    router.service(EnrollmentsService, {
      listEnrollments: (request, call) => listEnrollments(ctx, request, call),
      listAllEnrollments: (request, call) => listAllEnrollments(ctx, request, call),
      getEnrollment: (request, call) => getEnrollment(ctx, request, call),
      getMail: (request, call) => getMail(ctx, request, call),
      showMail: (request, call) => showMail(ctx, request, call),
      bulkEnroll: (request, call) => bulkEnroll(ctx, request, call),
      deleteEnrollment: (request, call) => deleteEnrollment(ctx, request, call),
      pauseEnrollment: (request, call) => pauseEnrollment(ctx, request, call),
      resumeEnrollment: (request, call) => resumeEnrollment(ctx, request, call),
      retryEnrollment: (request, call) => retryEnrollment(ctx, request, call),
    } satisfies ServiceImpl<typeof EnrollmentsService>);
    router.service(HeldEntriesService, {
      listHeldEntries: (request, call) => listHeldEntries(ctx, request, call),
    } satisfies ServiceImpl<typeof HeldEntriesService>);
    router.service(FailuresService, {
      retryFailures: (request, call) => retryFailures(ctx, request, call),
    } satisfies ServiceImpl<typeof FailuresService>);
    router.service(EventsService, {
      acceptEvent: (request, call) => acceptEvent(ctx, intake, request, call),
      acceptEvents: (request, call) => acceptEvents(ctx, intake, request, call),
      listEvents: (request, call) => listEvents(ctx, request, call),
      getEvent: (request, call) => getEvent(ctx, request, call),
    } satisfies ServiceImpl<typeof EventsService>);
    router.service(ExplainService, {
      explain: (request, call) => explain(ctx, request, call),
    } satisfies ServiceImpl<typeof ExplainService>);
    router.service(ApprovalsService, {
      listApprovals: (request, call) => listApprovals(ctx, request, call),
      getApproval: (request, call) => getApproval(ctx, request, call),
      approveApproval: (request, call) => approveApproval(ctx, request, call),
      rejectApproval: (request, call) => rejectApproval(ctx, request, call),
    } satisfies ServiceImpl<typeof ApprovalsService>);
    router.service(ActionsService, {
      performAction: (request, call) => performAction(ctx, permits, request, call),
    } satisfies ServiceImpl<typeof ActionsService>);
    router.service(ApprovalRequestsService, {
      requestApproval: (request, call) => requestApproval(ctx, request, call),
      cancelApproval: (request, call) => cancelApproval(ctx, request, call),
    } satisfies ServiceImpl<typeof ApprovalRequestsService>);
    router.service(SenderService, {
      getSender: (request, call) => getSender(ctx, request, call),
      updateSender: (request, call) => updateSender(ctx, request, call),
      listSendingDomains: (request, call) => listSendingDomains(ctx, request, call),
      createSendingDomain: (request, call) => createSendingDomain(ctx, request, call),
      verifySendingDomain: (request, call) => verifySendingDomain(ctx, request, call),
      deleteSendingDomain: (request, call) => deleteSendingDomain(ctx, request, call),
    } satisfies ServiceImpl<typeof SenderService>);
    router.service(SendingRulesService, {
      getSendingRules: (request, call) => getSendingRules(ctx, request, call),
      updateSendingRules: (request, call) => updateSendingRules(ctx, request, call),
    } satisfies ServiceImpl<typeof SendingRulesService>);
    router.service(SuppressionsService, {
      listSuppressions: (request, call) => listSuppressions(ctx, request, call),
      createSuppression: (request, call) => createSuppression(ctx, request, call),
      importSuppressionsCsv: (request, call) => importSuppressionsCsv(ctx, request, call),
      deleteSuppression: (request, call) => deleteSuppression(ctx, request, call),
    } satisfies ServiceImpl<typeof SuppressionsService>);
    router.service(SenderChecksService, {
      checkSenders: (request, call) => checkSenders(ctx, request, call),
      sendTestMail: (request, call) => sendTestMail(ctx, permits, request, call),
    } satisfies ServiceImpl<typeof SenderChecksService>);
    router.service(ChainsService, {
      countRecords: (request, call) => countRecords(ctx, request, call),
    } satisfies ServiceImpl<typeof ChainsService>);
    router.service(SettlementsService, {
      settleEffect: (request, call) => settleEffect(ctx, request, call),
    } satisfies ServiceImpl<typeof SettlementsService>);
    router.service(RuntimeService, {
      applyWorkflow: (request, call) => applyWorkflow(ctx, request, call),
      countWorkflows: (request, call) => countWorkflows(ctx, request, call),
      countVersions: (request, call) => countVersions(ctx, request, call),
      findContact: (request, call) => findContact(ctx, request, call),
    } satisfies ServiceImpl<typeof RuntimeService>);
  };
}
