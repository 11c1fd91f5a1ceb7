import { gongAnswers } from './gong.ts';
import { googleWorkspaceAnswers } from './google-workspace.ts';
import { hubspotAnswers } from './hubspot.ts';
import { microsoft365Answers } from './microsoft365.ts';
import { salesforceAnswers } from './salesforce.ts';
import { sendgridAnswers } from './sendgrid.ts';
import { slackAnswers } from './slack.ts';
import { stripeAnswers } from './stripe.ts';
import type { RecordedTable } from './table.ts';
import { zendeskAnswers } from './zendesk.ts';
import { zoomAnswers } from './zoom.ts';

export const recorded: readonly RecordedTable[] = [
  googleWorkspaceAnswers,
  microsoft365Answers,
  slackAnswers,
  salesforceAnswers,
  hubspotAnswers,
  stripeAnswers,
  sendgridAnswers,
  zoomAnswers,
  zendeskAnswers,
  gongAnswers,
];
