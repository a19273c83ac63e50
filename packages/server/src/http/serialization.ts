import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import { compileOnce } from './compile-once.ts'

const buildSerializers = SerializerSelector()

const serializersWith = compileOnce((shared: unknown) => {
  const compile = buildSerializers(shared)
  // What a serializer writes depends on nothing but the schema.
  return compileOnce((schema: unknown) => compile({ schema, method: '', url: '', httpStatus: '' }))
})

/** For Fastify's `compilersFactory`: its own serializers, each different one made once. `shared`: by `addSchema`. */
export function buildSerializer(shared: unknown) {
  const compile = serializersWith(shared)
  return ({ schema }: { readonly schema?: unknown }) => compile(schema)
}
