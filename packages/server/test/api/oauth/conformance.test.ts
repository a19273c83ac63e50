import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { machineWith } from '../../support/machines.ts'
import { useServer } from '../../support/test-app.ts'

/** Loopback has no TLS. */
const insecure = { [oauth.allowInsecureRequests]: true } as const

onBothEngines('An OAuth client that is not ours (oauth4webapi)', (engine) => {
  const server = useServer(engine)

  const discover = async () => {
    const issuer = new URL(server.origin)
    const response = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
    return oauth.processDiscoveryResponse(issuer, response)
  }

  test('finds the authorization server from the resource, and its endpoints from there', async () => {
    const resource = new URL(server.origin)
    const response = await oauth.resourceDiscoveryRequest(resource, insecure)
    const { authorization_servers: servers, bearer_methods_supported: ways } =
      await oauth.processResourceDiscoveryResponse(resource, response)
    expect({ servers, ways }).toEqual({ servers: [server.origin], ways: ['header'] })
    expect(await discover()).toMatchObject({
      issuer: server.origin,
      introspection_endpoint: `${server.origin}/oauth2/introspect`,
      revocation_endpoint: `${server.origin}/oauth2/revoke`,
    })
  })

  test('introspects, and revokes', async () => {
    const machine = await machineWith(server, 'TokenVerifier', 'Administrator')
    const owner = await server.member()
    const { secret } = await owner.token()
    const as = await discover()
    const client = { client_id: machine.id }
    const authentication = oauth.ClientSecretBasic(machine.token.secret)
    const introspect = async () => {
      const options = { ...insecure, additionalParameters: { token_type_hint: 'access_token' } }
      const response = await oauth.introspectionRequest(as, client, authentication, secret, options)
      return oauth.processIntrospectionResponse(as, client, response)
    }
    expect(await introspect()).toMatchObject({ active: true, sub: owner.id, username: owner.username })
    const revoked = await oauth.revocationRequest(as, client, authentication, secret, insecure)
    await oauth.processRevocationResponse(revoked)
    expect(await introspect()).toEqual({ active: false })
  })

  test('understands that its secret is wrong', async () => {
    const as = await discover()
    const client = { client_id: '00000000-0000-4000-8000-000000000000' }
    const response = await oauth.introspectionRequest(as, client, oauth.ClientSecretBasic('wrong'), 'x', insecure)
    const failure = await oauth.processIntrospectionResponse(as, client, response).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
    expect((failure as oauth.WWWAuthenticateChallengeError).cause[0]).toMatchObject({ scheme: 'basic' })
  })
})
