import {
  DataSourceBlankSchema,
  DataSourceDeletionsSchema,
  DataSourceExistingSchema,
  DataSourceTargetSchema,
  DataSourceTypeSchema,
  DataSourceWriteModeSchema,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { enumTexts } from '../enum-texts.ts';

export const types = enumTexts(DataSourceTypeSchema);
export const targets = enumTexts(DataSourceTargetSchema);
export const writeModes = enumTexts(DataSourceWriteModeSchema);
export const existings = enumTexts(DataSourceExistingSchema);
export const blanks = enumTexts(DataSourceBlankSchema);
export const deletions = enumTexts(DataSourceDeletionsSchema);
