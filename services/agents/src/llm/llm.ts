import type { HttpClient } from '@drippulse/http';
import type { SetPrice } from '../pricing/price.ts';
import type { ModelSource } from './source.ts';

/** Models that may be called, by one account and its prices. */
export type Llm = { source: ModelSource; prices: readonly SetPrice[]; http: HttpClient };
