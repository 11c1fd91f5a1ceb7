import { DomainError } from '@drippulse/errors';
import type { Kysely } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Llm } from '../llm/llm.ts';
import { priceFrom } from '../pricing/read-prices.ts';
import { storedPrices } from './prices.ts';
import { type ModelConnectionRow, openKey, selectModelConnection } from './rows.ts';

type Calling = Pick<Context, 'llm' | 'prices' | 'http' | 'sealer'>;

/**
 * Returns the account by which an organization calls models: its own account, or else the installation's. Refuses if
 * neither exists. A failed call through the organization's own account is not repeated through the installation's
 * account.
 */
export async function requireLlm(ctx: Calling & { db: { kysely: Kysely<DB> } }, organizationId: bigint): Promise<Llm> {
  const row = await selectModelConnection(ctx.db.kysely, organizationId);
  if (row !== undefined) return ownLlm(ctx, row);
  if (ctx.llm !== undefined) return ctx.llm;
  const message =
    'The template needs a language model. An administrator connects an account of the organization (POST /account/model_connection), or the operator sets LLM_BASE_URL, LLM_API_KEY and LLM_MODEL of the service agents.';
  throw new DomainError('unavailable', 'llm_not_configured', message);
}

/**
 * Builds access through the account of an organization. The organization's prices take precedence over the operator's.
 */
export function ownLlm({ prices, http, sealer }: Omit<Calling, 'llm'>, row: ModelConnectionRow): Llm {
  const own = storedPrices(row.prices).map((price) => priceFrom(price, 'organization', new Date(0)));
  const named = new Set(own.map(({ model }) => model));
  return {
    source: {
      owner: 'organization',
      protocol: row.protocol === 'anthropic' ? 'anthropic' : 'openai',
      baseUrl: row.base_url,
      apiKey: keyOf(sealer, row),
      model: row.model,
    },
    prices: [...own, ...prices.filter(({ model }) => !named.has(model))],
    // This client refuses private addresses, because a customer chose the address.
    http,
  };
}

function keyOf(sealer: Context['sealer'], row: ModelConnectionRow): string {
  try {
    return openKey(sealer, row);
  } catch {
    const message =
      'The key of the model connection cannot be opened any more. An administrator enters it anew (PATCH /account/model_connection).';
    throw new DomainError('unavailable', 'llm_not_configured', message);
  }
}
