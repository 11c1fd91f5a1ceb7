import type { ServiceImpl } from '@connectrpc/connect';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService, RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { applyWorkflow } from './apply-workflow.ts';
import { bulkEnroll } from './bulk-enroll.ts';
import { countRecords } from './count-records.ts';
import { deleteEnrollment } from './delete-enrollment.ts';
import { getEnrollment } from './get-enrollment.ts';
import { listEnrollments } from './list-enrollments.ts';
import { pauseEnrollment } from './pause-enrollment.ts';
import { resumeEnrollment } from './resume-enrollment.ts';
import { retryEnrollment } from './retry-enrollment.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(EnrollmentsService, {
      listEnrollments: (request, call) => listEnrollments(ctx, request, call),
      getEnrollment: (request, call) => getEnrollment(ctx, request, call),
      bulkEnroll: (request, call) => bulkEnroll(ctx, request, call),
      deleteEnrollment: (request, call) => deleteEnrollment(ctx, request, call),
      pauseEnrollment: (request, call) => pauseEnrollment(ctx, request, call),
      resumeEnrollment: (request, call) => resumeEnrollment(ctx, request, call),
      retryEnrollment: (request, call) => retryEnrollment(ctx, request, call),
    } satisfies ServiceImpl<typeof EnrollmentsService>);
    router.service(ChainsService, {
      countRecords: (request, call) => countRecords(ctx, request, call),
    } satisfies ServiceImpl<typeof ChainsService>);
    router.service(RuntimeService, {
      applyWorkflow: (request, call) => applyWorkflow(ctx, request, call),
    } satisfies ServiceImpl<typeof RuntimeService>);
  };
}
