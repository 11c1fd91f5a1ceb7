import type { ServiceImpl } from '@connectrpc/connect';
import { ConnectionChecksService } from '@drippulse/proto/drippulse/integrations/v1/connection_checks_pb';
import {
  ConnectPagesService,
  IntegrationConnectionsService,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { DataSourceRunsService, DataSourcesService } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { IntegrationErasuresService } from '@drippulse/proto/drippulse/integrations/v1/erasures_pb';
import { IntegrationProvidersService } from '@drippulse/proto/drippulse/integrations/v1/providers_pb';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Effects } from '../effects/perform-effect.ts';
import { authorizeIntegrationConnection } from './authorize-integration-connection.ts';
import { cancelDataSourceRun } from './cancel-data-source-run.ts';
import { createDataSource } from './create-data-source.ts';
import { createDataSourceRun } from './create-data-source-run.ts';
import { createGoogleSheetsSource } from './create-google-sheets-source.ts';
import { createIntegrationConnection } from './create-integration-connection.ts';
import { deleteDataSource } from './delete-data-source.ts';
import { deleteIntegrationConnection } from './delete-integration-connection.ts';
import { findUnusableConnections } from './find-unusable-connections.ts';
import { finishConnect } from './finish-connect.ts';
import { forgetSourceRows } from './forget-source-rows.ts';
import { getConnectionRetry } from './get-connection-retry.ts';
import { getDataSource } from './get-data-source.ts';
import { getDataSourceRun } from './get-data-source-run.ts';
import { getDataSourceRunErrors } from './get-data-source-run-errors.ts';
import { getEffectResult } from './get-effect-result.ts';
import { getIntegrationConnection } from './get-integration-connection.ts';
import { listDataSourceRuns } from './list-data-source-runs.ts';
import { listDataSources } from './list-data-sources.ts';
import { listIntegrationConnections } from './list-integration-connections.ts';
import { listIntegrationProviders } from './list-integration-providers.ts';
import { performEffect } from './perform-effect.ts';
import { previewDataSource } from './preview-data-source.ts';
import { refreshIntegrationToken } from './refresh-integration-token.ts';
import { retryFailedEnrollments } from './retry-failed-enrollments.ts';
import { startConnect } from './start-connect.ts';
import { testIntegrationConnection } from './test-integration-connection.ts';
import { updateDataSource } from './update-data-source.ts';
import { updateIntegrationConnection } from './update-integration-connection.ts';
import { uploadDataSourceFile } from './upload-data-source-file.ts';

export function routesOf(ctx: Context, { effects }: { effects: Effects }): Routes {
  return (router) => {
    router.service(IntegrationConnectionsService, {
      listIntegrationConnections: (request, call) => listIntegrationConnections(ctx, request, call),
      getIntegrationConnection: (request, call) => getIntegrationConnection(ctx, request, call),
      createIntegrationConnection: (request, call) => createIntegrationConnection(ctx, request, call),
      updateIntegrationConnection: (request, call) => updateIntegrationConnection(ctx, request, call),
      deleteIntegrationConnection: (request, call) => deleteIntegrationConnection(ctx, request, call),
      testIntegrationConnection: (request, call) => testIntegrationConnection(ctx, request, call),
      refreshIntegrationToken: (request, call) => refreshIntegrationToken(ctx, request, call),
      authorizeIntegrationConnection: (request, call) => authorizeIntegrationConnection(ctx, request, call),
      retryFailedEnrollments: (request, call) => retryFailedEnrollments(ctx, request, call),
      getConnectionRetry: (request, call) => getConnectionRetry(ctx, request, call),
    } satisfies ServiceImpl<typeof IntegrationConnectionsService>);
    router.service(IntegrationProvidersService, {
      listIntegrationProviders,
    } satisfies ServiceImpl<typeof IntegrationProvidersService>);
    router.service(EffectsService, {
      performEffect: (request, call) => performEffect(effects, request, call),
      getEffectResult,
    } satisfies ServiceImpl<typeof EffectsService>);
    router.service(ConnectPagesService, {
      startConnect: (request, call) => startConnect(ctx, request, call),
      finishConnect: (request, call) => finishConnect(ctx, request, call),
    } satisfies ServiceImpl<typeof ConnectPagesService>);
    router.service(DataSourcesService, {
      listDataSources: (request, call) => listDataSources(ctx, request, call),
      createDataSource: (request, call) => createDataSource(ctx, request, call),
      createGoogleSheetsSource: (request, call) => createGoogleSheetsSource(ctx, request, call),
      getDataSource: (request, call) => getDataSource(ctx, request, call),
      updateDataSource: (request, call) => updateDataSource(ctx, request, call),
      deleteDataSource: (request, call) => deleteDataSource(ctx, request, call),
      uploadDataSourceFile: (requests, call) => uploadDataSourceFile(ctx, requests, call),
      previewDataSource: (request, call) => previewDataSource(ctx, request, call),
    } satisfies ServiceImpl<typeof DataSourcesService>);
    router.service(DataSourceRunsService, {
      listDataSourceRuns: (request, call) => listDataSourceRuns(ctx, request, call),
      createDataSourceRun: (request, call) => createDataSourceRun(ctx, request, call),
      getDataSourceRun: (request, call) => getDataSourceRun(ctx, request, call),
      cancelDataSourceRun: (request, call) => cancelDataSourceRun(ctx, request, call),
      getDataSourceRunErrors: (request, call) => getDataSourceRunErrors(ctx, request, call),
    } satisfies ServiceImpl<typeof DataSourceRunsService>);
    router.service(ConnectionChecksService, {
      findUnusableConnections: (request, call) => findUnusableConnections(ctx, request, call),
    } satisfies ServiceImpl<typeof ConnectionChecksService>);
    router.service(IntegrationErasuresService, {
      forgetSourceRows: (request, call) => forgetSourceRows(ctx, request, call),
    } satisfies ServiceImpl<typeof IntegrationErasuresService>);
  };
}
