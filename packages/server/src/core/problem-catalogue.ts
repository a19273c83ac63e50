/**
 * Every problem RAMP answers with: its stable code, status and public title. `docs/errors.md` explains each one, and a
 * test proves that this list, that page and the OpenAPI document name the same codes.
 */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON in UTF-8.' },
  validation_failed: { status: 400, title: 'The request has fields that are missing, unknown or not acceptable.' },
  token_in_query: { status: 400, title: 'Tokens are not read from the address; send the Authorization header.' },
  token_in_form: { status: 400, title: 'Tokens are not read from forms; send the Authorization header.' },
  bad_request: { status: 400, title: 'The request could not be read.' },

  // The codes of OAuth, by its names (RFC 6749 §5.2, RFC 8628 §3.5).
  invalid_request: { status: 400, title: 'A parameter is missing, doubled or not acceptable.' },
  invalid_grant: { status: 400, title: 'The code is not valid, or was used before.' },
  unsupported_grant_type: { status: 400, title: 'There is no such grant here.' },
  invalid_scope: { status: 400, title: 'The scope names a permission that is not held.' },
  authorization_pending: { status: 400, title: 'Nobody has approved it yet. Ask again later.' },
  slow_down: { status: 400, title: 'Asked too often. Wait longer between two times.' },
  access_denied: { status: 400, title: 'It was denied.' },
  expired_token: { status: 400, title: 'The code has expired. Begin anew.' },

  invalid_client: { status: 401, title: 'Client authentication failed.' },
  authentication_required: { status: 401, title: 'A credential is required.' },
  authorization_scheme_unsupported: { status: 401, title: 'Only the Bearer scheme is accepted in Authorization.' },
  token_invalid: { status: 401, title: 'The token is not valid.' },
  token_expired: { status: 401, title: 'The token has expired.' },
  token_revoked: { status: 401, title: 'The token was revoked.' },
  account_deactivated: { status: 401, title: 'The account of this token is deactivated.' },
  session_ended: { status: 401, title: 'The session has ended. Sign in again.' },
  sign_in_failed: { status: 401, title: 'Username or password is wrong.' },

  address_not_allowed: { status: 403, title: 'The token may not be used from this address.' },
  cross_site_request: { status: 403, title: 'Requests from another site are refused.' },
  session_required: { status: 403, title: 'This needs a browser session; a token cannot do it.' },
  bearer_required: { status: 403, title: 'This needs a token in the Authorization header.' },
  insufficient_permissions: { status: 403, title: 'The credential lacks a permission that this needs.' },
  grant_exceeds_token: { status: 403, title: 'A narrowed token cannot give more than it holds itself.' },
  token_creation_not_allowed: { status: 403, title: 'The policy does not let you make personal access tokens.' },
  password_change_required: { status: 403, title: 'The password must be changed first.' },
  current_password_wrong: { status: 403, title: 'The current password is wrong.' },

  not_found: { status: 404, title: 'There is nothing at this address.' },
  session_not_found: { status: 404, title: 'No such session.' },
  token_not_found: { status: 404, title: 'No such token.' },
  device_authorization_not_found: { status: 404, title: 'There is no such code, or it has expired or been used.' },
  member_not_found: { status: 404, title: 'No such member.' },
  account_not_found: { status: 404, title: 'No such account.' },
  service_account_not_found: { status: 404, title: 'No such service account.' },
  group_not_found: { status: 404, title: 'No such group.' },
  verifier_not_found: { status: 404, title: 'No such verifier, or its lease was ended. Connect again.' },
  role_not_found: { status: 404, title: 'No such role in the catalogue.' },
  method_not_allowed: { status: 405, title: 'This address does not have that method.' },

  token_name_taken: { status: 409, title: 'One of your active tokens has this name already.' },
  token_not_active: { status: 409, title: 'The token is revoked or expired and cannot be changed.' },
  token_limit_reached: { status: 409, title: 'The account has as many active tokens as the policy allows.' },
  token_widening: { status: 409, title: 'A token can be narrowed, never widened.' },
  username_taken: { status: 409, title: 'Another member has this username.' },
  email_taken: { status: 409, title: 'Another member has this email address.' },
  service_account_name_taken: { status: 409, title: 'Another account has this name.' },
  group_name_taken: { status: 409, title: 'Another group has this name.' },
  group_cycle: { status: 409, title: 'A group cannot become a member of itself.' },
  count_changed: { status: 409, title: 'The selection has changed since it was counted.' },
  last_administrator: { status: 409, title: 'The last active Administrator must stay one.' },
  own_password_reset: { status: 409, title: 'Nobody resets their own password.' },
  own_deactivation: { status: 409, title: 'Nobody deactivates their own account.' },

  edited_meanwhile: { status: 412, title: 'Somebody else has changed it meanwhile. Read it again.' },

  body_too_large: { status: 413, title: 'The body is larger than this address takes.' },
  unsupported_media_type: { status: 415, title: 'Send the body as application/json.' },

  policy_violation: { status: 422, title: 'The policy does not allow a token like this.' },

  too_many_sign_ins: { status: 429, title: 'Too many failed sign-ins. Try again later.' },
  too_many_codes: { status: 429, title: 'Too many codes that nobody has, or too many new ones. Try again later.' },
  too_many_access_tokens: { status: 429, title: 'As many access tokens are in force as one token may have at a time.' },
  request_timeout: { status: 408, title: 'The request did not arrive in time. Send it within 10 seconds.' },
  headers_too_large: { status: 431, title: 'The request headers are too large.' },

  internal_error: { status: 500, title: 'Something went wrong on our side.' },
  storage_unavailable: { status: 503, title: 'The database cannot be reached or written now.' },
  settlement_unconfirmed: {
    status: 503,
    title: 'The change is stored, but not every node is known to have seen it. Repeating is safe.',
  },
  verification_unavailable: { status: 503, title: 'The token cannot be checked now.' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>

export type ProblemCode = keyof typeof PROBLEMS
