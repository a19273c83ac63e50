import { Ajv, type AnySchema, type Options } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { compileOnce } from './compile-once.ts'

const COMMON: Options = { allErrors: true, strict: false, removeAdditional: false, useDefaults: false }

const strict = compilerWith({ coerceTypes: false })
const coercing = compilerWith({ coerceTypes: true })

function compilerWith(options: Options) {
  const ajv = addFormats.default(new Ajv({ ...COMMON, ...options }), ['uuid', 'date-time', 'ipv4', 'ipv6'])
  return compileOnce((schema: AnySchema) => ajv.compile(schema))
}

/**
 * Bodies are taken as they are: nothing is converted, dropped or filled in, so a misspelt `expiresAt` is an error and
 * not a token without an end. Addresses are text, so numbers in them are read as numbers.
 */
export function validateStrictly(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing)(schema))
}
