import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AgentModelConnectionSchema } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { modelProtocols } from '../texts.ts';
import { pricesToProto } from './prices.ts';
import type { ModelConnectionRow } from './rows.ts';

export function connectionToProto(row: ModelConnectionRow): MessageInitShape<typeof AgentModelConnectionSchema> {
  return {
    protocol: modelProtocols.numberOf(row.protocol),
    baseUrl: row.base_url,
    apiKey: row.shown_key,
    model: row.model,
    prices: pricesToProto(row.prices),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
