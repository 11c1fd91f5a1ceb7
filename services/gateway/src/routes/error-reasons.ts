/** What each `error` of an answer means, for the page that its `type` links to. By the status it comes with. */
export const errorReasons: readonly { status: number; reasons: Readonly<Record<string, string>> }[] = [
  {
    status: 400,
    reasons: {
      malformed_json: 'The body is not valid JSON, not UTF-8, or not an object. The message says where.',
      too_deep: 'The body is nested deeper than 64 levels.',
      parameter_missing: 'A required parameter is missing or null; `errors` names it.',
      invalid_step_graph: 'The steps cannot run; `errors` says which step and why, counted from 0.',
      invalid_idempotency_key: 'The Idempotency-Key is not 1 to 255 visible ASCII characters.',
      invalid_header: 'A header holds characters that are not ASCII.',
      malformed_request: 'What came is not valid HTTP.',
      malformed_multipart: 'The body is not valid multipart/form-data.',
      upload_incomplete: 'The upload broke off before its end.',
      not_an_array: 'The rows are not an array.',
    },
  },
  {
    status: 401,
    reasons: {
      unauthenticated: 'No credential was sent. Send an API key or a session token as `Authorization: Bearer …`.',
      invalid_token: 'The credential is unknown, expired or revoked.',
      invalid_credentials: 'User name and password do not belong together.',
    },
  },
  {
    status: 403,
    reasons: {
      insufficient_role: 'Your role does not permit this.',
      user_required: 'This needs a user: send the session token of a login, not an API key.',
      test_mode: 'A test key may not do this.',
    },
  },
  {
    status: 404,
    reasons: {
      route_not_found: 'There is no such path.',
      api_key_not_found: 'Your organization has no such API key.',
      agent_not_found: 'Your organization has no such agent.',
      enrollment_not_found: 'The workflow has no such enrollment.',
      delivery_not_found: 'The webhook has no such delivery.',
      payload_not_found: 'Your organization has no payload of an event with this id; it may have been deleted.',
      project_not_found: 'Your organization has no such project.',
      recovery_not_found: 'The webhook has no such recovery.',
      team_member_not_found: 'Your organization has no such team member.',
      webhook_not_found: 'Your organization has no such webhook.',
      workflow_not_found: 'Your organization has no such workflow.',
    },
  },
  {
    status: 405,
    reasons: { method_not_allowed: 'The path does not take this method; the Allow header names those it takes.' },
  },
  { status: 408, reasons: { request_timeout: 'The request or its body came too slowly.' } },
  {
    status: 409,
    reasons: {
      idempotency_in_progress: 'A request with the same Idempotency-Key is still running. Try again after Retry-After.',
    },
  },
  {
    status: 413,
    reasons: {
      body_too_large: 'The body is larger than the route takes.',
      message_too_large: 'The request is larger than a service takes.',
      too_many_contacts: 'More than 10,000 contacts in one request.',
    },
  },
  {
    status: 415,
    reasons: {
      unsupported_media_type: 'The body is not JSON. Send Content-Type: application/json.',
      unsupported_content_encoding: 'The body is compressed. Send it as it is.',
    },
  },
  {
    status: 422,
    reasons: {
      validation_failed: 'A value was refused; `errors` says which and why.',
      invalid_cursor: 'The cursor is none that a list gave.',
      invalid_page: 'page or per_page is out of range, or both kinds of paging were asked for.',
      invalid_timezone: 'The time zone is not in the IANA database.',
      idempotency_key_reused: 'The Idempotency-Key was used with another request.',
      api_key_limit_reached: 'The organization has 100 live API keys already.',
      last_admin: 'The last active administrator can be neither demoted, disabled nor removed.',
      project_not_empty: 'The project has workflows. Delete it with reassign_to or force.',
      unknown_fixture_profile: 'There is no such fixture profile.',
      workflow_archived: 'The workflow is archived and takes no new enrollments.',
      contacts_required: 'The body has no array of contacts.',
      contacts_empty: 'The array of contacts is empty.',
      no_enrollments_created: 'Every contact was refused, or the body is not JSON.',
      enrollment_ended: 'The enrollment has ended.',
      enrollment_not_failed: 'Only a failed enrollment can be retried.',
      unknown_event_type: 'There is no such event type; the webhook catalog lists them.',
      url_not_allowed: 'The URL is not one we deliver to: https, without user name or password, at a public address.',
      invalid_headers: 'A header of the webhook is malformed or belongs to the delivery itself.',
      invalid_filter: 'The filter of the webhook is not a rule of match and conditions.',
      payload_deleted: 'The payload of the delivery was deleted, so that it can not be sent again.',
      webhook_inactive: 'The webhook is not active. Enable it, then recover.',
      webhook_limit_reached: 'The organization has 100 webhooks already.',
    },
  },
  { status: 429, reasons: { rate_limited: 'Too many requests. Try again after Retry-After.' } },
  { status: 431, reasons: { headers_too_large: 'The headers are larger than 16 KiB.' } },
  { status: 500, reasons: { internal_error: 'Something went wrong on our side. Tell us the request_id.' } },
  {
    status: 503,
    reasons: {
      service_unavailable: 'A service that this needs is away. Try again after Retry-After.',
      database_unavailable: 'The database is away. Try again after Retry-After.',
      workflows_unavailable: 'The workflows cannot be asked now. Try again after Retry-After.',
      busy: 'Too much of this at once. Try again after Retry-After.',
    },
  },
  {
    status: 504,
    reasons: { deadline_exceeded: 'The request took too long. A repeat is safe with an Idempotency-Key.' },
  },
];
