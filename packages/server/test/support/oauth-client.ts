import * as oauth from 'oauth4webapi'
import type { Actor } from './actors.ts'
import type { Answer } from './http-client.ts'
import type { TestServer } from './test-app.ts'

/** An OAuth client that others wrote, pointed at a test's server. */
export function oauthOf({ origin }: Pick<TestServer, 'origin'>) {
  return {
    server: {
      issuer: origin,
      token_endpoint: `${origin}/oauth2/token`,
      device_authorization_endpoint: `${origin}/oauth2/device_authorization`,
    } satisfies oauth.AuthorizationServer,
    // Loopback has no certificate.
    options: { [oauth.allowInsecureRequests]: true } as const,
  }
}

/** Sends a form, as OAuth does. */
export function sendForm(
  actor: Actor,
  path: string,
  parameters: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString()
  return actor.request('POST', path, {
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}
