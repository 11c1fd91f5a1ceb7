import type { HttpClient } from '@drippulse/http';
import type { SetPrice } from '../pricing/price.ts';
import type { ModelSource } from './source.ts';

/** Access to models through one account, with the account's prices. */
export type Llm = { source: ModelSource; prices: readonly SetPrice[]; http: HttpClient };
