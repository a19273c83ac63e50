/**
 * `compile`, which remembers in this process what it has made of each text of a schema. Routes have schemas in common,
 * above all those of their refusals; compiling each anew took half of a start.
 */
export function compileOnce<Schema, Compiled>(compile: (schema: Schema) => Compiled): (schema: Schema) => Compiled {
  const compiled = new Map<string, Compiled>()
  return (schema) => {
    const text = JSON.stringify(schema)
    let made = compiled.get(text)
    if (made === undefined) {
      made = compile(schema)
      compiled.set(text, made)
    }
    return made
  }
}
