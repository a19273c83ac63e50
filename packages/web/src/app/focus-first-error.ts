import type { FormErrors, UseFormReturnType } from '@mantine/form'

/** After a refusal the cursor belongs in the first field that was refused. */
export function focusFirstError<Values>(form: UseFormReturnType<Values>, errors: FormErrors): void {
  const [name] = Object.keys(errors)
  if (name !== undefined) form.getInputNode(name as never)?.focus()
}
