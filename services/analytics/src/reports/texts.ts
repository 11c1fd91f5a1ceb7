import {
  ReportFormatSchema,
  ReportStatusSchema,
  ReportTypeSchema,
} from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { enumTexts } from '../enum-texts.ts';

export const types = enumTexts(ReportTypeSchema);
export const formats = enumTexts(ReportFormatSchema);
export const statuses = enumTexts(ReportStatusSchema);
