import { SimpleGrid, TextInput } from '@mantine/core'
import type { GetInputPropsReturnType } from '@mantine/form'
import type { MemberNames } from './member-queries.ts'

interface MemberFieldsProps {
  readonly inputProps: (field: keyof MemberNames) => GetInputPropsReturnType
}

/** Who somebody is: the same for a new member and for one that is edited. */
export function MemberFields({ inputProps }: MemberFieldsProps) {
  // Somebody else's: the browser must not offer or remember one's own.
  const shared = { withAsterisk: false, autoComplete: 'off', spellCheck: false } as const
  return (
    <>
      <TextInput
        label="Username"
        description="For signing in. Unique, whatever the case."
        required
        autoCapitalize="none"
        autoCorrect="off"
        data-autofocus
        {...shared}
        {...inputProps('username')}
      />
      <TextInput label="Email" type="email" required {...shared} {...inputProps('email')} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <TextInput label="First name" required {...shared} {...inputProps('firstName')} />
        <TextInput label="Last name" {...shared} {...inputProps('lastName')} />
      </SimpleGrid>
    </>
  )
}
