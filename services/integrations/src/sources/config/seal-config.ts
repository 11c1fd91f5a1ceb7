import { openEnvelope, type Sealer, sealEnvelope } from '@drippulse/db';
import { shownConfig } from './read-config.ts';
import { configSchemas, isSourceType, type SourceConfig } from './schemas.ts';

type Place = { organizationId: bigint; id: bigint };

/** Seals the settings of a data source, and returns their columns. The settings can be opened only in their own row. */
export function sealConfig(sealer: Sealer, place: Place, config: SourceConfig) {
  const { box, dataKey } = sealEnvelope(sealer, Buffer.from(JSON.stringify(config)), sourceContext(place));
  return { config: box, data_key: dataKey, shown_config: shownConfig(config) };
}

/** Opens settings. Throws if they were sealed for a different row, or by a key that ENCRYPTION_KEYS lacks. */
export function openConfig(sealer: Sealer, place: Place, row: { config: Buffer; data_key: Buffer }): SourceConfig {
  const text = openEnvelope(sealer, { box: row.config, dataKey: row.data_key }, sourceContext(place)).toString();
  const { type, ...config } = JSON.parse(text);
  if (!isSourceType(type)) throw new Error('a sealed data source has an unknown type');
  return { type, ...configSchemas[type].parse(config) } as SourceConfig; // the schema is that of `type`
}

/** Returns the context that binds the settings of a data source to their row. */
export function sourceContext({ organizationId, id }: Place): string {
  return `organization ${organizationId} data source ${id}`;
}
