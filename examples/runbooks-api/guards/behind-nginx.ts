import { type Guard, refuse } from '../guard.ts'

/**
 * Behind nginx, which has asked RAMP who calls and says so in headers that replace the client's. Only for an API that nobody reaches
 * past nginx: this one listens on a socket in a folder of its own.
 */
export const behindNginxGuard: Guard = (permission) => async (request, reply) => {
  const account = request.headers['x-ramp-account']
  const username = request.headers['x-ramp-username']
  const permissions = request.headers['x-ramp-permissions']
  if (typeof account !== 'string' || typeof username !== 'string' || typeof permissions !== 'string') {
    return refuse(reply, 'missing', permission)
  }
  if (!permissions.split(',').includes(permission)) return refuse(reply, 'insufficient', permission)
  request.caller = { accountId: account, username: decodeURIComponent(username) }
}
