import { gongFake } from './gong.ts';
import { googleWorkspaceFake } from './google-workspace.ts';
import { hubspotFake } from './hubspot.ts';
import { microsoft365Fake } from './microsoft365.ts';
import { salesforceFake } from './salesforce.ts';
import { sendgridFake } from './sendgrid.ts';
import { slackFake } from './slack.ts';
import { stripeFake } from './stripe.ts';
import { zendeskFake } from './zendesk.ts';
import { zoomFake } from './zoom.ts';

/** The fakes, by the keys of their providers. */
export const fakes = {
  google_workspace: googleWorkspaceFake,
  microsoft365: microsoft365Fake,
  slack: slackFake,
  salesforce: salesforceFake,
  hubspot: hubspotFake,
  stripe: stripeFake,
  sendgrid: sendgridFake,
  zendesk: zendeskFake,
  gong: gongFake,
  zoom: zoomFake,
};

export type FakedKey = keyof typeof fakes;

/** The state of each fake. */
export type FakedStates = { [K in FakedKey]: ReturnType<(typeof fakes)[K]['makeState']> };
