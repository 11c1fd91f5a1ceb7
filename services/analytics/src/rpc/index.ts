import type { ServiceImpl } from '@connectrpc/connect';
import { AnalyticsService } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import { ReportsService } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { deleteReport } from './delete-report.ts';
import { deleteReportSchedule } from './delete-report-schedule.ts';
import { downloadReport } from './download-report.ts';
import { generateReport } from './generate-report.ts';
import { getAnalyticsChart } from './get-analytics-chart.ts';
import { getAnalyticsExperiments } from './get-analytics-experiments.ts';
import { getAnalyticsFunnel } from './get-analytics-funnel.ts';
import { getAnalyticsMetrics } from './get-analytics-metrics.ts';
import { getReport } from './get-report.ts';
import { listReports } from './list-reports.ts';
import { retryReport } from './retry-report.ts';
import { scheduleReport } from './schedule-report.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(AnalyticsService, {
      getAnalyticsMetrics: (request, call) => getAnalyticsMetrics(ctx, request, call),
      getAnalyticsChart: (request, call) => getAnalyticsChart(ctx, request, call),
      getAnalyticsExperiments: (request, call) => getAnalyticsExperiments(ctx, request, call),
      getAnalyticsFunnel: (request, call) => getAnalyticsFunnel(ctx, request, call),
    } satisfies ServiceImpl<typeof AnalyticsService>);
    router.service(ReportsService, {
      listReports: (request, call) => listReports(ctx, request, call),
      generateReport: (request, call) => generateReport(ctx, request, call),
      getReport: (request, call) => getReport(ctx, request, call),
      deleteReport: (request, call) => deleteReport(ctx, request, call),
      downloadReport: (request, call) => downloadReport(ctx, request, call),
      retryReport: (request, call) => retryReport(ctx, request, call),
      scheduleReport: (request, call) => scheduleReport(ctx, request, call),
      deleteReportSchedule: (request, call) => deleteReportSchedule(ctx, request, call),
    } satisfies ServiceImpl<typeof ReportsService>);
  };
}
