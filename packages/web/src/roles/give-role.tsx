import { Button, Group, NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import type { Role } from './role-queries.ts'

interface GiveRoleProps {
  /** Those that can still be given. */
  readonly roles: readonly Role[]
  readonly isPending: boolean
  readonly onGive: (role: string) => void
}

export function GiveRole({ roles, isPending, onGive }: GiveRoleProps) {
  const [chosen, setChosen] = useState('')
  const role = roles.find(({ name }) => name === chosen) ?? roles[0]
  if (role === undefined) return <Text size="sm">It has every role of the catalogue.</Text>
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onGive(role.name)
      }}
    >
      <NativeSelect
        label="Give a role"
        description={role.description}
        inputWrapperOrder={['label', 'input', 'description']}
        data={roles.map(({ name }) => name)}
        value={role.name}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
        maw="26rem"
      />
      <Group mt="sm">
        <Button type="submit" variant="default" loading={isPending}>
          Give role
        </Button>
      </Group>
    </form>
  )
}
