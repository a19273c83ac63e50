import { Ajv, type Options } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

const COMMON: Options = { allErrors: true, strict: false, removeAdditional: false, useDefaults: false }

/**
 * Bodies are taken as they are: nothing is converted, dropped or filled in, so a misspelt `expiresAt` is an error and
 * not a token without an end. Addresses are text, so numbers in them are read as numbers.
 */
export function validateStrictly(app: FastifyInstance): void {
  const strict = addFormats.default(new Ajv({ ...COMMON, coerceTypes: false }), ['uuid', 'date-time', 'ipv4', 'ipv6'])
  const coercing = addFormats.default(new Ajv({ ...COMMON, coerceTypes: true }), ['uuid', 'date-time', 'ipv4', 'ipv6'])
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema))
}
