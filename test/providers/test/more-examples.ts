/**
 * Further inputs of actions, by provider and action, for fields that exclude each other. Together with the action's
 * example, they cover every field of the input.
 */
export const moreExamples: Readonly<Record<string, readonly object[]>> = {
  'slack post_message': [
    { channel: '#sales', blocks: [{ type: 'divider' }], icon_emoji: ':tada:', text: 'Hello' },
    { channel: '#sales', text: 'Hello', username: 'Lead bot' },
  ],
  'slack send_direct_message': [{ user: 'U0000000001', text: 'Hello', blocks: [{ type: 'divider' }] }],
  'slack update_message': [
    { channel: 'C0000000001', ts: '1700000000.000001', text: 'Hi', blocks: [{ type: 'divider' }] },
  ],
  'google_workspace send_email': [
    {
      to: 'ada@example.com',
      subject: 'Re: Welcome',
      body: 'Hello',
      body_type: 'text',
      cc: ['grace@example.com'],
      from: 'hello@example.com',
      from_name: 'Example',
      reply_to: 'help@example.com',
      message_id: '<1@example.com>',
      in_reply_to: '<0@example.com>',
    },
  ],
  'google_workspace create_draft': [{ to: 'ada@example.com', body: '<p>Hello</p>', body_type: 'html' }],
  'google_workspace create_event': [
    { calendar_id: 'team@example.com', title: 'Demo', start: '2026-12-01T09:00:00Z', end: '2026-12-01T10:00:00Z' },
  ],
  'google_workspace update_event': [{ calendar_id: 'team@example.com', event_id: 'a1b2c3d4e5', title: 'Demo' }],
  'google_workspace delete_event': [{ calendar_id: 'team@example.com', event_id: 'a1b2c3d4e5' }],
  'google_workspace find_events': [{ calendar_id: 'team@example.com' }],
  'microsoft365 send_email': [
    {
      to: 'ada@example.com',
      subject: 'Hi',
      html: '<p>Hi</p>',
      text: 'Hi',
      headers: { 'List-Unsubscribe': '<https://example.com/u>' },
      message_id: '<1@example.com>',
    },
    { to: 'ada@example.com', subject: 'Hi', body: 'Hi', body_type: 'text' },
  ],
  'microsoft365 search_messages': [{ filter: "from/emailAddress/address eq 'ada@example.com'" }],
  'microsoft365 update_event': [{ event_id: 'AAMkAGI1', start: '2026-12-02T09:00:00', time_zone: 'Europe/Berlin' }],
  'microsoft365 create_task': [{ list_id: 'AAMkList1', title: 'Call Ada' }],
  'sendgrid send_email': [{ to: 'ada@example.com', subject: 'Hi', text: 'Hi', message_id: '<1@example.com>' }],
  'zoom create_meeting': [{ host: 'ada@example.com', topic: 'Demo', start: '2026-12-01T09:00:00' }],
  'zoom create_webinar': [{ host: 'ada@example.com', topic: 'Demo', start: '2026-12-01T09:00:00Z' }],
  'zoom update_meeting': [{ meeting_id: '12345678901', start: '2026-12-02T09:00:00', time_zone: 'Europe/Berlin' }],
  'salesforce create_lead': [
    {
      last_name: 'Lovelace',
      company: 'Example Ltd',
      phone: '+441234567',
      title: 'CTO',
      status: 'Open - Not Contacted',
      rating: 'Hot',
      website: 'https://example.com',
      description: 'Met at the fair',
      owner_id: '0055g000001AbCdEAK',
      allow_duplicates: true,
      key_field: 'Drip_Key__c',
      fields: { Score__c: 90, Industry: 'Banking' },
    },
  ],
  'salesforce create_contact': [
    {
      last_name: 'Lovelace',
      phone: '+441234567',
      title: 'CTO',
      owner_id: '0055g000001AbCdEAK',
      key_field: 'Drip_Key__c',
      fields: { Department: 'IT' },
    },
  ],
  'salesforce create_account': [
    {
      name: 'Example Ltd',
      phone: '+441234567',
      industry: 'Banking',
      owner_id: '0055g000001AbCdEAK',
      key_field: 'Drip_Key__c',
      fields: { Fax: '1' },
    },
  ],
  'salesforce create_opportunity': [
    {
      name: 'Pilot',
      stage: 'Prospecting',
      close_date: '2026-12-31',
      account_id: '0015g00000AbCdEAAV',
      source: 'Web',
      description: 'A pilot',
      owner_id: '0055g000001AbCdEAK',
      key_field: 'Drip_Key__c',
      fields: { NextStep: 'Call' },
    },
  ],
  'salesforce create_task': [
    {
      subject: 'Call',
      what_id: '0065g00000AbCdEAAV',
      status: 'Completed',
      description: 'Went well',
      subtype: 'Call',
      owner_id: '0055g000001AbCdEAK',
      key_field: 'Drip_Key__c',
      fields: { CallDurationInSeconds: 60 },
    },
  ],
  'salesforce create_event': [
    {
      subject: 'Demo',
      start: '2026-12-01T09:00:00Z',
      end: '2026-12-01T09:30:00Z',
      what_id: '0065g00000AbCdEAAV',
      location: 'Room 1',
      description: 'A demo',
      owner_id: '0055g000001AbCdEAK',
      key_field: 'Drip_Key__c',
      fields: { ShowAs: 'Busy' },
    },
  ],
  'salesforce create_case': [
    {
      subject: 'Cannot sign in',
      description: 'Since this morning',
      contact_id: '0035g00000AbCdEAAV',
      account_id: '0015g00000AbCdEAAV',
      status: 'New',
      key_field: 'Drip_Key__c',
      fields: { Reason: 'Other' },
    },
  ],
  'salesforce add_to_campaign': [{ campaign_id: '7015g00000AbCdEAAV', contact_id: '0035g00000AbCdEAAV' }],
  'salesforce move_opportunity': [
    { id: '0065g00000AbCdEAAV', stage: 'Closed Won', close_date: '2026-12-31', amount: null },
  ],
  'salesforce upsert_record': [
    {
      object: 'Lead',
      external_id_field: 'Crm_Key__c',
      external_id: 'a/b',
      fields: { LastName: 'King', Company: 'Example' },
    },
  ],
  'hubspot upsert_contact': [
    {
      email: 'grace@example.com',
      last_name: 'Hopper',
      phone: '+441234567',
      job_title: 'Admiral',
      lifecycle_stage: 'lead',
      lead_status: 'NEW',
      owner_id: '77',
    },
  ],
  'hubspot create_deal': [
    {
      name: 'Pilot',
      stage: 'Offered',
      pipeline: 'Renewals',
      close_date: '2026-12-31T00:00:00Z',
      owner_id: '77',
      company_id: '501',
      key_property: 'drip_key',
      properties: { description: 'A pilot' },
    },
  ],
  'hubspot move_deal': [{ deal_id: '9001', stage: '9002', pipeline: '4711' }],
  'hubspot create_note': [{ body: 'Hello', timestamp: '2026-12-01T09:00:00Z', company_id: '501', deal_id: '9001' }],
  'hubspot create_task': [
    { subject: 'Call', body: 'Soon', type: 'CALL', owner_id: '77', company_id: '501', deal_id: '9001' },
  ],
  'hubspot log_call': [
    { title: 'Call', body: 'Went well', timestamp: '2026-12-01T09:00:00Z', company_id: '501', deal_id: '9001' },
  ],
  'hubspot log_meeting': [
    { title: 'Demo', body: 'Slides', start: '2026-12-01T09:00:00Z', company_id: '501', deal_id: '9001' },
  ],
  'hubspot upsert_company': [
    { domain: 'example.org', industry: 'BANKING', phone: '+441234567', properties: { city: 'London' } },
  ],
  'hubspot create_company': [{ name: 'Example Ltd', properties: { city: 'London' } }],
  'hubspot create_ticket': [
    {
      subject: 'Help',
      stage: '1',
      description: 'Cannot sign in',
      pipeline: 'Support',
      properties: { hs_ticket_category: 'PRODUCT_ISSUE' },
    },
  ],
  'stripe create_customer': [{ email: 'ada@example.com', phone: '+441234567', description: 'A customer' }],
  'stripe update_customer': [
    { customer_id: 'cus_Nff7xUuG9a2b3c', email: 'ada@example.org', metadata: { crm_id: 'crm-1' } },
  ],
  'stripe find_customer': [{ email: 'ada@example.com', limit: 1 }],
  'stripe create_checkout_session': [
    {
      price_id: 'price_1MoBy5LkdIwHu7ix',
      quantity: 2,
      mode: 'payment',
      success_url: 'https://example.com/thanks',
      cancel_url: 'https://example.com/back',
      customer_id: 'cus_Nff7xUuG9a2b3c',
      reference: 'crm-1',
      promotion_codes: true,
    },
  ],
  'stripe create_payment_link': [{ price_id: 'price_1MoBy5LkdIwHu7ix', metadata: { crm_id: 'crm-1' } }],
  'stripe create_invoice': [{ customer_id: 'cus_Nff7xUuG9a2b3c', amount: 500, currency: 'JPY', send: false }],
  'stripe create_subscription': [
    {
      customer_id: 'cus_Nff7xUuG9a2b3c',
      price_id: 'price_1MoBy5LkdIwHu7ix',
      quantity: 2,
      payment_behavior: 'allow_incomplete',
      metadata: { crm_id: 'crm-1' },
    },
  ],
  'stripe update_subscription': [
    {
      subscription_id: 'sub_1MowQVLkdIwHu7ixeRlqHVzs',
      price_id: 'price_1MoBy5LkdIwHu7ix',
      item_id: 'si_Na6dzxczY5fwHx',
      proration_behavior: 'none',
    },
  ],
  'stripe cancel_subscription': [{ subscription_id: 'sub_1MowQVLkdIwHu7ixeRlqHVzs', prorate: true }],
  'stripe list_subscriptions': [{ limit: 1 }],
  'stripe create_refund': [{ charge_id: 'ch_1GszsK2eZvKYlo2C' }],
  'stripe create_promotion_code': [{ coupon_id: 'welcome-10', code: 'ADA-10', expires_at: '2026-12-31T00:00:00Z' }],
  'zendesk create_ticket': [
    {
      subject: 'Help',
      description: '<p>Help</p>',
      html: true,
      internal: true,
      requester_email: 'grace@example.com',
      requester_name: 'Grace Hopper',
      type: 'question',
      status: 'open',
      group_id: 25,
      assignee_email: 'agent@example.com',
      external_id: 'crm-1',
      custom_fields: { 360001: 'pro', 360002: null },
    },
  ],
  'zendesk update_ticket': [
    { ticket_id: 35436, assignee_email: 'agent@example.com', group_id: 25, custom_fields: { 360001: true } },
  ],
  'zendesk add_comment': [{ ticket_id: 35436, body: 'Hello', public: true, author_id: 1, status: 'pending' }],
  'zendesk find_tickets': [
    { query: 'sign in', tag: 'drip', external_id: 'crm-1', created_since: '2026-11-01', sort_by: 'created_at' },
  ],
  'zendesk upsert_user': [
    {
      name: 'Grace',
      external_id: 'crm-2',
      phone: '+441234567',
      organization_id: 501,
      role: 'end-user',
      verified: true,
    },
  ],
  'zendesk find_user': [{ external_id: 'crm-1' }],
  'zendesk upsert_organization': [{ name: 'Example', external_id: 'acc-2', organization_fields: { plan: 'pro' } }],
  'gong add_call': [
    {
      external_id: 'call-1',
      started_at: '2026-12-01T09:00:00Z',
      direction: 'Inbound',
      host_user_id: '234599484848423',
      recording_url: 'https://example.com/call.mp3',
      disposition: 'Connected',
      crm_system: 'Salesforce',
      crm_context: [{ type: 'Opportunity', id: '0065g00000AbCdEAAV' }],
    },
  ],
  'gong list_calls': [
    { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z', workspace_id: '623457276584334', cursor: 'next' },
  ],
  'gong list_users': [{ cursor: 'next' }],
  'gong add_digital_interaction': [
    {
      external_id: 'visit-1',
      at: '2026-12-01T09:00:00Z',
      type: 'page_visit',
      title: 'Pricing',
      name: 'Ada',
      company: 'Example',
    },
  ],
};

/**
 * Places of names that a provider accepts unchecked, because people choose the names for their own data. Each entry
 * states who chooses them.
 */
export const freeNames: readonly (readonly [provider: string, at: RegExp, why: string])[] = [
  ['slack', /^body \/metadata\/event_payload\//, 'our own, in the metadata of a message'],
  ['sendgrid', /^body \/personalizations\/0\/custom_args\//, 'our own, which come back with events'],
  ['sendgrid', /^body \/personalizations\/0\/dynamic_template_data\//, 'of the customer’s template'],
  ['sendgrid', /^body \/headers\//, 'names of headers'],
  ['sendgrid', /^body \/contacts\/0\/custom_fields\//, 'of the customer’s account'],
  ['salesforce', /^body \/(records\/0\/)?\w+__c$/, 'custom fields of the customer’s organization'],
  ['salesforce', /^body \/records\/0\/\w+$/, 'fields of whichever object the collection is of'],
  ['hubspot', /^body \/(inputs\/0\/)?properties\//, 'properties of the customer’s portal'],
  ['stripe', /^form metadata\[/, 'of the customer'],
  ['zendesk', /^body \/(user\/user_fields|organization\/organization_fields)\//, 'of the customer’s account'],
];
